// `/event` of a real node against a bare `node:http` server that answers a constant of the same size with the
// same headers: how much of what Node can do at all is left to the caller.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { send } from "../../test/support/http-call.ts";
import { seededRandom } from "../../test/support/random.ts";
import { type BenchOptions, type Figure, interleave, median, type Row, side } from "../harness.ts";
import type { ConstantAnswer } from "../load/bare-server.ts";
import { type ServerProcess, startServer } from "../load/server-process.ts";
import { ALIAS, shopRequests, shopWorkspace } from "../load/shop.ts";
import { type LoadResult, runLoad } from "../load/wrk.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const BARE = fileURLToPath(new URL("../load/bare-server.ts", import.meta.url));

const VISITORS = 10_000;
const CONNECTIONS = 64;
/** Connections and pauses that offer about 4,000 calls a second to either side. */
const PACED = { connections: 40, pauseMs: 10 };

export const EVENT_ROW: Row = {
  name: "event",
  run: async (options) => {
    const folder = mkdtempSync(join(tmpdir(), "dunlin-bench-"));
    const servers: ServerProcess[] = [];
    try {
      const requests = shopRequests(seededRandom(1), VISITORS);
      const requestFile = join(folder, "requests");
      writeFileSync(
        requestFile,
        requests.map((one) => one.replaceAll("\r\n", "\\r\\n")).join("\n"),
      );

      options.progress("starting a node and the bare server");
      const ours = await startNode(folder);
      servers.push(ours);
      const bare = await startBare(folder, await typicalAnswer(ours.url, requests));
      servers.push(bare);
      return await measure(options, requestFile, { ours, bare });
    } finally {
      for (const server of servers) await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function startNode(folder: string): Promise<ServerProcess> {
  const workspace = join(folder, "workspace.json");
  writeFileSync(workspace, JSON.stringify(shopWorkspace(seededRandom(2))));
  const anyPort = ["--collect", "127.0.0.1:0", "--manage", "127.0.0.1:0"];
  const store = ["--data", join(folder, "data"), "--durability", "commit"];
  const rest = ["--workers", "1", "--workspace", workspace, "--log", "warn"];
  return startServer([MAIN, "serve", ...anyPort, ...store, ...rest]);
}

function startBare(folder: string, answer: ConstantAnswer): Promise<ServerProcess> {
  const file = join(folder, "answer.json");
  writeFileSync(file, JSON.stringify(answer));
  return startServer([BARE, file]);
}

/** The answer of middling length among those of the first visitors, at their second call. */
async function typicalAnswer(url: string, requests: readonly string[]): Promise<ConstantAnswer> {
  const answers: ConstantAnswer[] = [];
  for (const request of [...requests.slice(0, 49), ...requests.slice(0, 49)]) {
    const target = request.split(" ")[1] ?? "";
    const { status, headers, text } = await send({
      to: url,
      target,
      host: `${ALIAS}.dcs.localhost`,
    });
    if (status !== 200 || headers["x-error"] !== undefined) {
      throw new Error(`The node does not answer as it should: ${status} ${text}`);
    }
    const kept = Object.entries(headers).filter(([name]) => !MADE_BY_NODE.has(name));
    answers.push({ body: text, headers: kept.flatMap(([name, value]) => [name, String(value)]) });
  }
  const second = answers.slice(49).sort((a, b) => a.body.length - b.body.length);
  const middle = second[24];
  if (middle === undefined) throw new Error("No answer was taken.");
  return middle;
}

const MADE_BY_NODE = new Set(["date", "connection", "keep-alive"]);

type Servers = Readonly<Record<"ours" | "bare", ServerProcess>>;

async function measure(
  options: BenchOptions,
  requestFile: string,
  servers: Servers,
): Promise<Figure[]> {
  const rounds = options.quick ? 2 : 7;
  const seconds = options.quick ? 2 : 5;
  const full = (server: ServerProcess) => () =>
    runLoad({ url: server.url, requestFile, connections: CONNECTIONS, seconds, pauseMs: 0 });

  options.progress("warming up; every visitor becomes known");
  for (const server of Object.values(servers)) await full(server)();

  options.progress(`${rounds} rounds of ${seconds} s at full speed`);
  const speeds = await interleave(rounds, { ours: full(servers.ours), bare: full(servers.bare) });
  options.progress(`${rounds} rounds of ${seconds} s at a fixed rate`);
  const paced = (server: ServerProcess) => () => cpuPerCall(server, requestFile, seconds);
  const costs = await interleave(rounds, { ours: paced(servers.ours), bare: paced(servers.bare) });
  return [speedFigure(speeds), costFigure(costs)];
}

interface Cost {
  readonly cpuUs: number;
  readonly load: LoadResult;
}

async function cpuPerCall(
  server: ServerProcess,
  requestFile: string,
  seconds: number,
): Promise<Cost> {
  const before = server.cpuMs();
  const load = await runLoad({ url: server.url, requestFile, seconds, ...PACED });
  return { cpuUs: ((server.cpuMs() - before) * 1_000) / load.calls, load };
}

function speedFigure(speeds: Record<"ours" | "bare", LoadResult[]>): Figure {
  const perSecond = (results: LoadResult[]) => results.map((result) => result.callsPerSecond);
  const ours = side(perSecond(speeds.ours), "calls/s");
  const bare = side(perSecond(speeds.bare), "calls/s");
  const p99 = (results: LoadResult[]) => (median(results.map((r) => r.p99Us)) / 1_000).toFixed(1);
  return {
    row: "event.vs_http",
    value: ours.median / bare.median,
    unit: "of bare node:http",
    better: "higher",
    sides: { ours, bare },
    note: `one worker, ${CONNECTIONS} connections, 1,000 traits, 200 segments, 15 signals; p99 ${p99(speeds.ours)} ms, bare ${p99(speeds.bare)} ms`,
  };
}

function costFigure(costs: Record<"ours" | "bare", Cost[]>): Figure {
  const ours = side(
    costs.ours.map((cost) => cost.cpuUs),
    "µs/call",
  );
  const bare = side(
    costs.bare.map((cost) => cost.cpuUs),
    "µs/call",
  );
  const rate = (all: Cost[]) => Math.round(median(all.map((cost) => cost.load.callsPerSecond)));
  return {
    row: "event.cpu_vs_http",
    value: ours.median / bare.median,
    unit: "x bare node:http",
    better: "lower",
    sides: { ours, bare },
    note: `user and system CPU of all processes of the node at ${rate(costs.ours)} calls/s, bare at ${rate(costs.bare)}`,
  };
}
