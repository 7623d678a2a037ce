// How many of a million visitors are in a segment: how soon is that known exactly, how soon is there an estimate,
// and how much slower are calls meanwhile? Rules of five traits with recency, another one each time.

import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { newDeviceId } from "../../src/identity/new-device-id.ts";
import { asPartnerId, asTraitId, type DeviceId } from "../../src/model/ids.ts";
import type { TraitRecord } from "../../src/model/profile.ts";
import { DAY_MS, utcDay } from "../../src/model/time.ts";
import { encodeRecord } from "../../src/profiles/record.ts";
import { openEnvironment } from "../../src/stores/lmdb/environment.ts";
import { storedKey } from "../../src/stores/lmdb/profile-key.ts";
import { type Random, seededRandom } from "../../test/support/random.ts";
import { type Figure, interleave, median, type Row, side } from "../harness.ts";
import { type Bench, withBench, writeRequests } from "../load/nodes.ts";
import { SERVER_CORE } from "../load/server-process.ts";
import { shopRequests, shopWorkspace } from "../load/shop.ts";
import { type LoadResult, makeKnown, runLoad } from "../load/wrk.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const TOKEN = "bench-token";
const PID = asPartnerId(1957);
const PROFILES = 1_000_000;
const PROFILES_A_COMMIT = 10_000;
/** Traits of the shop, of which each profile holds some. */
const FIRST_TRAIT = 10_001;
const TRAITS = 200;
const TRAITS_A_PROFILE = 20;
const HISTORY_DAYS = 30;
const VISITORS = 20_000;
const CONNECTIONS = 64;

export const SIZE_ROW: Row = {
  name: "size",
  run: ({ quick, progress }) =>
    withBench(async (bench) => {
      const profiles = quick ? PROFILES / 20 : PROFILES;
      progress(`storing ${profiles} profiles of ${TRAITS_A_PROFILE} traits`);
      const folder = join(bench.folder, "data");
      mkdirSync(folder);
      await fill(folder, profiles);
      const node = await startManaged(bench, folder);
      const random = seededRandom(4);
      progress("asking for sizes");
      const asked: Asked[] = [];
      while (asked.length < (quick ? 5 : 30)) asked.push(await askSize(node, ruleOf(random)));
      checkAsked(asked, profiles);

      progress("calls, with and without counts beside them");
      const requestFile = writeRequests(bench, "event", shopRequests(seededRandom(1), VISITORS));
      const load = { url: node.collect, requestFile, connections: CONNECTIONS, pauseMs: 0 };
      await makeKnown({ url: node.collect, requestFile, visitors: VISITORS });
      const seconds = quick ? 2 : 3;
      const speeds = await interleave(quick ? 2 : 5, {
        alone: () => runLoad({ ...load, seconds }),
        counting: () => whileCounting(node, random, () => runLoad({ ...load, seconds })),
      });
      return [sizeFigure(asked, profiles), estimateFigure(asked), slowdownFigure(speeds)];
    }),
};

async function fill(folder: string, profiles: number): Promise<void> {
  const random = seededRandom(3);
  const bytes = (count: number) => Uint8Array.from({ length: count }, () => random.below(256));
  const environment = openEnvironment({ folder, durability: "commit" });
  const now = Date.now();
  const devices = Array.from({ length: profiles }, () => newDeviceId(bytes)).sort();
  for (let first = 0; first < profiles; first += PROFILES_A_COMMIT) {
    const some = devices.slice(first, first + PROFILES_A_COMMIT);
    await environment.commit(() => {
      for (const device of some) {
        environment.profilesOfDevices.put(keyOf(device), randomRecord(random, now));
      }
    });
  }
  await environment.close();
}

function keyOf(device: DeviceId): Uint8Array {
  return storedKey({ kind: "device", pid: PID, device }).bytes;
}

function randomRecord(random: Random, now: number): Uint8Array {
  const sids = new Set<number>();
  while (sids.size < TRAITS_A_PROFILE) sids.add(FIRST_TRAIT + random.below(TRAITS));
  const traits = [...sids]
    .sort((one, other) => one - other)
    .map((sid): TraitRecord => {
      const last = now - random.below(HISTORY_DAYS * DAY_MS);
      const day = utcDay(last);
      const earlier = random.chance(0.3) ? [day - 1 - random.below(HISTORY_DAYS), 1] : [];
      const first = earlier.length === 0 ? last : (earlier[0] ?? day) * DAY_MS;
      return { sid: asTraitId(sid), first, last, days: [...earlier, day, 1 + random.below(3)] };
    });
  return encodeRecord({ lastSeen: now, traits, membership: [] });
}

interface ManagedNode {
  readonly collect: string;
  readonly manage: string;
}

async function startManaged(bench: Bench, folder: string): Promise<ManagedNode> {
  const file = join(bench.folder, "workspace.json");
  writeFileSync(file, JSON.stringify(shopWorkspace(seededRandom(2))));
  const anyPort = ["--collect", "127.0.0.1:0", "--manage", "127.0.0.1:0"];
  const rest = ["--workers", "1", "--admin-token", TOKEN, "--log", "warn", "--workspace", file];
  const args = [MAIN, "serve", ...anyPort, "--data", folder, ...rest];
  const child = spawn("taskset", ["-c", String(SERVER_CORE), process.execPath, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  bench.keep({
    stop: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      if (child.exitCode === null && child.kill("SIGTERM")) await ended;
    },
  });
  const ready = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding("utf8").once("data", resolve);
    child.once("exit", (code) => reject(new Error(`The node ended with code ${code}.`)));
  });
  return JSON.parse(ready);
}

function ruleOf(random: Random): string {
  const trait = () => `${FIRST_TRAIT + random.below(TRAITS)}T`;
  const days = () => 1 + random.below(HISTORY_DAYS);
  return (
    `frequency([${trait()}, ${trait()}] <= ${days()}D) >= 1 AND (frequency([${trait()}] <= ${days()}D) >= 1 ` +
    `OR frequency([${trait()}] >= ${days()}D) >= 2) AND NOT frequency([${trait()}] <= ${days()}D) >= 1`
  );
}

interface Asked {
  readonly estimateMs: number;
  readonly tookMs: number;
  readonly isCovered: boolean;
  readonly visited: number;
}

async function askSize(node: ManagedNode, segmentRule: string): Promise<Asked> {
  const beganAt = performance.now();
  const answer = await fetch(`${node.manage}/v1/segments/size?pid=${PID}`, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${TOKEN}`,
      "Content-Type": "application/json",
      Accept: "application/x-ndjson",
    },
    body: JSON.stringify({ segmentRule }),
  });
  if (answer.status !== 200 || answer.body === null) throw new Error(await answer.text());
  let text = "";
  let estimateMs = 0;
  for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
    if (text === "") estimateMs = performance.now() - beganAt;
    text += part;
  }
  const tookMs = performance.now() - beganAt;
  const { size, visited, estimate } = JSON.parse(text.trimEnd().split("\n").at(-1) ?? "");
  return { estimateMs, tookMs, isCovered: estimate.low <= size && size <= estimate.high, visited };
}

function checkAsked(asked: readonly Asked[], profiles: number): void {
  for (const { visited } of asked) {
    if (visited !== profiles) throw new Error(`${visited} of ${profiles} profiles were counted.`);
  }
}

async function whileCounting<T>(
  node: ManagedNode,
  random: Random,
  work: () => Promise<T>,
): Promise<T> {
  let isOver = false;
  const counting = (async () => {
    while (!isOver) await askSize(node, ruleOf(random));
  })();
  try {
    return await work();
  } finally {
    isOver = true;
    await counting;
  }
}

function percentile(numbers: readonly number[], share: number): number {
  const ascending = numbers.toSorted((one, other) => one - other);
  return ascending[Math.ceil(ascending.length * share) - 1] ?? Number.NaN;
}

function sizeFigure(asked: readonly Asked[], profiles: number): Figure {
  const took = asked.map(({ tookMs }) => tookMs);
  return {
    row: "size.p95_ms",
    value: percentile(took, 0.95),
    unit: "ms",
    better: "lower",
    sides: { size: side(took, "ms") },
    note: `exact, over HTTP, ${profiles} profiles of ${TRAITS_A_PROFILE} traits; rules of five traits with recency; the node has one core and nothing else to do`,
  };
}

function estimateFigure(asked: readonly Asked[]): Figure {
  const took = asked.map(({ estimateMs }) => estimateMs);
  const covered = asked.filter(({ isCovered }) => isCovered).length;
  return {
    row: "size.estimate_p95_ms",
    value: percentile(took, 0.95),
    unit: "ms",
    better: "lower",
    sides: { estimate: side(took, "ms") },
    note: `the first line of the same answers; ${covered} of ${asked.length} intervals held the exact size`,
  };
}

function slowdownFigure(speeds: Record<"alone" | "counting", LoadResult[]>): Figure {
  const perSecond = (results: LoadResult[]) => results.map((result) => result.callsPerSecond);
  const alone = side(perSecond(speeds.alone), "calls/s");
  const counting = side(perSecond(speeds.counting), "calls/s");
  const p99 = (results: LoadResult[]) => (median(results.map((r) => r.p99Us)) / 1_000).toFixed(1);
  return {
    row: "size.event_slowdown",
    value: 1 - counting.median / alone.median,
    unit: "of the calls a second",
    better: "lower",
    sides: { alone, counting },
    note: `one size after the other beside calls at full speed, on the core of the node; p99 ${p99(speeds.counting)} ms, ${p99(speeds.alone)} ms without`,
  };
}
