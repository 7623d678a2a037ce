// How soon is a changed definition served, and how soon does a node serve that was started anew? One of 100,000
// traits changes at a time, among 20,000 segments and over a million profiles, while visitors call. The node has
// the machine to itself but for the client: what reads a publication has a thread of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { asPartnerId } from "../../src/model/ids.ts";
import { openEnvironment } from "../../src/stores/lmdb/environment.ts";
import { LmdbProfileStore } from "../../src/stores/lmdb/lmdb-profile-store.ts";
import { send } from "../../test/support/http-call.ts";
import { seededRandom } from "../../test/support/random.ts";
import { deltaOf, numberedDevice } from "../../test/support/store-deltas.ts";
import { type Figure, type Row, side } from "../harness.ts";
import { type Bench, withBench, writeRequests } from "../load/nodes.ts";
import { ALIAS, type ShopSize, shopRequests, shopWorkspace } from "../load/shop.ts";
import { type LoadResult, runLoad } from "../load/wrk.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const TOKEN = "bench-token";
const SIZE: ShopSize = { traits: 100, segments: 20, idleTraits: 99_900, idleSegments: 19_980 };
const PROFILES = 1_000_000;
const PROFILES_A_COMMIT = 5_000;
const PID = asPartnerId(1957);
/** A trait of every profile. */
const REALIZED = 10_001;
/** Among the idle traits of the shop. */
const CHANGED_PLACE = 50_000;
const CALLERS = 16;
const PAUSE_MS = 20;
/** Of a load; one follows the other. A call that takes two seconds fails it. */
const LOAD_SECONDS = 3;
/** However slow they are, publications end after this. */
const PATIENCE_MS = 40_000;

export const PUBLISH_ROW: Row = {
  name: "publish",
  run: ({ quick, progress }) =>
    withBench(async (bench) => {
      const workspace: Document = Object(shopWorkspace(seededRandom(2), SIZE));
      const file = join(bench.folder, "workspace.json");
      writeFileSync(file, JSON.stringify(workspace));
      const folder = join(bench.folder, "data");
      progress("storing the definitions and the profiles");
      const first = await startTimed(bench, folder, ["--workspace", file]);
      await first.stop();
      const profiles = quick ? PROFILES / 20 : PROFILES;
      await fill(folder, profiles);
      await checkFilled(folder, profiles);
      progress("starting anew");
      const starts: number[] = [];
      let node = await startTimed(bench, folder);
      for (starts.push(node.startMs); starts.length < (quick ? 1 : 3); starts.push(node.startMs)) {
        await node.stop();
        node = await startTimed(bench, folder);
      }
      for (const number of [1, profiles]) await checkKnown(node, number);
      progress("publishing while visitors call");
      const published = await publishUnderLoad(bench, node, workspace, quick ? 5 : 40);
      for (const failure of published.failures) progress(failure);
      return [publishFigure(published), failureFigure(published), startFigure(starts, profiles)];
    }),
};

interface Document {
  readonly traits: { sid: number; traitRule: string }[];
}

interface TimedNode {
  readonly collect: string;
  readonly manage: string;
  readonly startMs: number;
  stop(): Promise<void>;
}

async function startTimed(
  bench: Bench,
  folder: string,
  more: readonly string[] = [],
): Promise<TimedNode> {
  const anyPort = ["--collect", "127.0.0.1:0", "--manage", "127.0.0.1:0"];
  const rest = ["--workers", "1", "--admin-token", TOKEN, "--log", "warn", ...more];
  const beganAt = performance.now();
  const child = spawn(process.execPath, [MAIN, "serve", ...anyPort, "--data", folder, ...rest], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stop = () => stopProcess(child);
  bench.keep({ stop });
  const ready = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding("utf8").once("data", resolve);
    child.once("exit", (code) => reject(new Error(`The node ended with code ${code}.`)));
  });
  const startMs = performance.now() - beganAt;
  const urls: { collect: string; manage: string } = JSON.parse(ready);
  return { ...urls, startMs, stop };
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

async function fill(folder: string, profiles: number): Promise<void> {
  const store = new LmdbProfileStore(openEnvironment({ folder, durability: "commit" }));
  const delta = deltaOf({ at: Date.now(), realized: { [REALIZED]: 120, 10002: 120 } });
  for (let first = 0; first < profiles; first += PROFILES_A_COMMIT) {
    await store.commit(
      Array.from({ length: PROFILES_A_COMMIT }, (_, n) => ({
        key: { kind: "device", pid: PID, device: numberedDevice(first + n + 1) },
        delta,
      })),
    );
  }
  await store.close();
}

/** Throws where the file does not hold so many profiles: a start over fewer would be no result. */
async function checkFilled(folder: string, profiles: number): Promise<void> {
  const environment = openEnvironment({ folder, durability: "commit" });
  const stored = environment.profilesOfDevices.getCount();
  await environment.close();
  if (stored !== profiles) throw new Error(`${stored} profiles are stored, expected ${profiles}.`);
}

/** Throws where the node that was started does not know one of them: it would serve another file. */
async function checkKnown(node: TimedNode, number: number): Promise<void> {
  const target = `/v1/partners/${PID}/visitors?uuid=${numberedDevice(number)}`;
  const headers = { Authorization: `Bearer ${TOKEN}` };
  const { status, text } = await send({ to: node.manage, target, headers });
  if (status !== 200 || !text.includes(`"sid":${REALIZED}`)) {
    throw new Error(`The node does not know profile ${number}: ${status} ${text}`);
  }
}

interface UnderLoad {
  readonly took: readonly number[];
  readonly loads: readonly LoadResult[];
  /** Why loads failed that had calls without a good answer. */
  readonly failures: readonly string[];
}

async function publishUnderLoad(
  bench: Bench,
  node: TimedNode,
  workspace: Document,
  publications: number,
): Promise<UnderLoad> {
  const requestFile = writeRequests(bench, "event", shopRequests(seededRandom(1), 20_000));
  const load = { url: node.collect, requestFile, connections: CALLERS, pauseMs: PAUSE_MS };
  const loads: LoadResult[] = [];
  const failures: string[] = [];
  let isOver = false;
  const calling = (async () => {
    while (!isOver) {
      try {
        loads.push(await runLoad({ ...load, seconds: LOAD_SECONDS }));
      } catch (error) {
        failures.push(String(error));
      }
    }
  })();
  const took: number[] = [];
  const endsAt = performance.now() + PATIENCE_MS;
  try {
    while (took.length < publications && performance.now() < endsAt) {
      took.push(await publishChange(node, workspace, took.length));
    }
  } finally {
    isOver = true;
    await calling;
  }
  return { took, loads, failures };
}

/** Changes a trait, and gives the time until it is answered that every worker serves it. Throws where none does. */
async function publishChange(node: TimedNode, document: Document, n: number): Promise<number> {
  const trait = document.traits[CHANGED_PLACE];
  if (trait === undefined) throw new Error("The shop has fewer traits.");
  trait.traitRule = `probe == "${n}"`;
  const body = JSON.stringify(document);
  const headers = { Authorization: `Bearer ${TOKEN}`, "Content-Type": "application/json" };
  const beganAt = performance.now();
  const to = { to: node.manage, target: "/v1/workspace", method: "PUT" };
  const { status, text } = await send({ ...to, headers, body });
  const took = performance.now() - beganAt;
  if (status !== 200) throw new Error(`The publication failed: ${status} ${text}`);
  const target = `/event?d_uuid=${"7".repeat(38)}&d_rtbd=json&d_cts=1&probe=${n}`;
  const host = `${ALIAS}.dcs.localhost`;
  const answer = await send({ to: node.collect, target, host });
  if (!answer.text.includes(`${trait.sid}`)) {
    throw new Error(`The changed trait is not served: ${answer.text}`);
  }
  return took;
}

function publishFigure({ took, loads }: UnderLoad): Figure {
  const ascending = took.toSorted((a, b) => a - b);
  const calls = loads.reduce((sum, load) => sum + load.calls, 0);
  const slowest = Math.max(0, ...loads.map(({ p99Us }) => p99Us)) / 1_000;
  return {
    row: "publish.p99_ms",
    value: ascending[Math.ceil(ascending.length * 0.99) - 1] ?? Number.NaN,
    unit: "ms",
    better: "lower",
    sides: { publication: side(took, "ms") },
    note: `${took.length} publications of one changed trait of 100,000; ${calls} calls meanwhile, p99 at most ${slowest.toFixed(0)} ms`,
  };
}

function failureFigure({ loads, failures }: UnderLoad): Figure {
  return {
    row: "publish.failures",
    value: failures.length,
    unit: "loads",
    better: "lower",
    sides: {},
    note: `loads of ${LOAD_SECONDS} s in which a call failed or took two seconds; ${loads.length} had none`,
  };
}

function startFigure(starts: readonly number[], profiles: number): Figure {
  const start = side(starts, "ms");
  return {
    row: "start.ms",
    value: start.median,
    unit: "ms",
    better: "lower",
    sides: { start },
    note: `from the start of the process to the ready line: 100,000 traits, 20,000 segments, ${profiles} profiles, counted in the file`,
  };
}
