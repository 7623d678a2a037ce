// `/event` of a real node against a bare `node:http` server that answers a constant of the same size with the
// same headers: how much of what Node can do at all is left to the caller. And how evenly it is left: the
// latency of the slowest of a hundred calls when the node is far from idle.

import { seededRandom } from "../../test/support/random.ts";
import { type BenchOptions, type Figure, interleave, median, type Row, side } from "../harness.ts";
import { startBare, startNode, typicalAnswer, withBench, writeRequests } from "../load/nodes.ts";
import type { ServerProcess } from "../load/server-process.ts";
import { shopRequests, shopWorkspace } from "../load/shop.ts";
import { type LoadResult, makeKnown, runLoad } from "../load/wrk.ts";

const VISITORS = 100_000;
const CONNECTIONS = 64;
/** Connections and pauses that offer about 10,000 calls a second to either side. */
const PACED = { connections: 100, pauseMs: 10 };
const TAIL_SHARE = 0.7;

export const EVENT_ROW: Row = {
  name: "event",
  run: (options) =>
    withBench(async (bench) => {
      const requests = shopRequests(seededRandom(1), VISITORS);
      const requestFile = writeRequests(bench, "event", requests);
      options.progress("starting a node and the bare server");
      const ours = await startNode(bench, {
        name: "node",
        workspace: shopWorkspace(seededRandom(2)),
      });
      const bare = await startBare(bench, await typicalAnswer(ours.url, requests));
      return measure(options, requestFile, { ours, bare });
    }),
};

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
  const knownFrom = { url: servers.ours.url, requestFile, visitors: VISITORS };
  await makeKnown(knownFrom);
  await full(servers.bare)();

  options.progress(`${rounds} rounds of ${seconds} s at full speed`);
  const speeds = await interleave(rounds, { ours: full(servers.ours), bare: full(servers.bare) });
  options.progress(`${rounds} rounds of ${seconds} s at a fixed rate`);
  const paced = (server: ServerProcess) => () => cpuPerCall(server, requestFile, seconds);
  const costs = await interleave(rounds, { ours: paced(servers.ours), bare: paced(servers.bare) });

  options.progress(`${rounds} rounds of ${seconds} s at ${TAIL_SHARE * 100} % of full speed`);
  const near = (server: ServerProcess, results: readonly LoadResult[]) => () =>
    runLoad({ url: server.url, requestFile, seconds, ...offering(TAIL_SHARE, results) });
  const tails = await interleave(rounds, {
    ours: near(servers.ours, speeds.ours),
    bare: near(servers.bare, speeds.bare),
  });
  return [speedFigure(speeds), costFigure(costs), tailFigure(tails)];
}

const TAIL_PAUSE_MS = 10;

/** Connections and pauses that offer a share of what was reached at full speed. */
function offering(
  share: number,
  reached: readonly LoadResult[],
): { connections: number; pauseMs: number } {
  const perSecond = median(reached.map((result) => result.callsPerSecond)) * share;
  return { connections: Math.round((perSecond * TAIL_PAUSE_MS) / 1_000), pauseMs: TAIL_PAUSE_MS };
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
    note: `one worker, ${CONNECTIONS} connections, ${VISITORS} known visitors, 1,000 traits, 200 segments, 15 signals; p99 ${p99(speeds.ours)} ms, bare ${p99(speeds.bare)} ms`,
  };
}

function costFigure(costs: Record<"ours" | "bare", Cost[]>): Figure {
  const perCall = (all: Cost[]) =>
    side(
      all.map((cost) => cost.cpuUs),
      "µs/call",
    );
  const ours = perCall(costs.ours);
  const bare = perCall(costs.bare);
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

function tailFigure(tails: Record<"ours" | "bare", LoadResult[]>): Figure {
  const ratios = (results: LoadResult[]) =>
    side(
      results.map((result) => result.p99Us / result.p50Us),
      "p99/p50",
    );
  const ours = ratios(tails.ours);
  const middle = (pick: (result: LoadResult) => number) => Math.round(median(tails.ours.map(pick)));
  return {
    row: "event.tail",
    value: ours.median,
    unit: "p99 of p50",
    better: "lower",
    sides: { ours, bare: ratios(tails.bare) },
    note: `at ${middle((one) => one.callsPerSecond)} calls/s, ${TAIL_SHARE * 100} % of full speed: p50 ${middle((one) => one.p50Us)} µs, p99 ${middle((one) => one.p99Us)} µs; the bare server likewise at its own`,
  };
}
