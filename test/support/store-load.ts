// Calls a second of the LMDB profile store, in one process or several:
//
//   node test/support/store-load.ts [commit|fsync|off] [in flight] [processes] [seconds] [profiles]
//
// Each call loads a random profile of 20 traits and commits a delta of 2 of them, as an event call
// would.

import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asPartnerId, asTraitId, type DeviceId, parseDeviceId } from "../../src/model/ids.ts";
import type { ProfileDelta } from "../../src/model/profile.ts";
import { DAY_MS, utcDay } from "../../src/model/time.ts";
import type { ProfileKey } from "../../src/profiles/store.ts";
import {
  type Durability,
  openEnvironment,
  PROFILES_FILE,
} from "../../src/stores/lmdb/environment.ts";
import { LmdbProfileStore } from "../../src/stores/lmdb/lmdb-profile-store.ts";
import { holdStore, openBesideOthers } from "./open-beside.ts";
import { seededRandom } from "./random.ts";

export interface Outcome {
  readonly calls: number;
  readonly realizations: number;
  readonly cpuMs: number;
}

const TRAITS = 20;
const HISTORY_DAYS = 120;
/** No trait ends, so that no count begins anew. */
const TTL_DAYS = 0;
const START = 20_000 * DAY_MS;

export interface Load {
  readonly folder: string;
  readonly durability: Durability;
  readonly inFlight: number;
  readonly seconds: number;
  readonly profiles: number;
}

/** Fills the folder's store and lets processes work on it. */
export async function underLoad(load: Load, processes: number): Promise<Outcome> {
  await fill({ ...load, durability: "commit" });
  await using _ = await holdStore(load);
  const workers = Array.from({ length: processes }, () =>
    fork(import.meta.filename, ["--worker", JSON.stringify(load)]),
  );
  const outcomes = await Promise.all(
    // What a worker of this script sends.
    workers.map(async (worker) => (await once(worker, "message"))[0] as Outcome),
  );
  const sum = (of: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0);
  return {
    calls: sum(({ calls }) => calls),
    realizations: load.profiles * TRAITS + sum(({ realizations }) => realizations),
    cpuMs: sum(({ cpuMs }) => cpuMs),
  };
}

/** Realizations of all profiles together, as the store counts them. */
export async function realizationsStored(load: Load): Promise<number> {
  const store = new LmdbProfileStore(openEnvironment(load));
  let total = 0;
  for (let number = 0; number < load.profiles; number++) {
    const [profile] = await store.load([deviceKey(number)]);
    for (const { days } of profile?.traits ?? []) {
      for (let place = 1; place < days.length; place += 2) total += days[place] ?? 0;
    }
  }
  await store.close();
  return total;
}

async function main(durability: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "dunlin-load-"));
  const [inFlight = "64", processes = "1", seconds = "3", profiles = "20000"] = rest;
  const load: Load = {
    folder,
    // An argument of this script.
    durability: durability as Durability,
    inFlight: Number(inFlight) / Number(processes),
    seconds: Number(seconds),
    profiles: Number(profiles),
  };
  const { calls, cpuMs } = await underLoad(load, Number(processes));
  const bytes = statSync(join(folder, PROFILES_FILE)).size / load.profiles;
  const figures = [
    `${durability}, ${inFlight} in flight, ${processes} process(es)`,
    `${Math.round(calls / load.seconds)} calls/s`,
    `${((cpuMs * 1000) / calls).toFixed(1)} us of CPU a call`,
    `${bytes.toFixed(0)} bytes of file a profile`,
  ];
  process.stdout.write(`${figures.join("; ")}\n`);
  rmSync(folder, { recursive: true });
}

async function fill(load: Load): Promise<void> {
  const store = new LmdbProfileStore(openEnvironment(load));
  const random = seededRandom(1);
  for (let number = 0; number < load.profiles; number++) {
    const key = deviceKey(number);
    const changes = Array.from({ length: TRAITS }, (_, trait) => ({
      key,
      delta: deltaOf(START + Math.floor(random.next() * HISTORY_DAYS * DAY_MS), [
        traitOf(number, trait),
      ]),
    }));
    const committed = store.commit(changes);
    if (number % 500 === 0) await committed;
  }
  await store.close();
}

async function work(load: Load): Promise<void> {
  const store = new LmdbProfileStore(await openBesideOthers(load));
  const random = seededRandom(process.pid);
  let isOver = false;
  let calls = 0;
  let realizations = 0;
  let now = START + HISTORY_DAYS * DAY_MS;
  setTimeout(() => {
    isOver = true;
  }, load.seconds * 1000);
  const before = process.cpuUsage();
  const client = async (): Promise<void> => {
    while (!isOver) {
      const number = random.below(load.profiles);
      const key = deviceKey(number);
      await store.load([key]);
      const traits = new Set([0, 1].map(() => traitOf(number, random.below(TRAITS))));
      await store.commit([{ key, delta: deltaOf((now += 100), [...traits]) }]);
      calls++;
      realizations += traits.size;
      // Answers leave and calls arrive between two turns.
      await new Promise(setImmediate);
    }
  };
  await Promise.all(Array.from({ length: load.inFlight }, client));
  const { user, system } = process.cpuUsage(before);
  await store.close();
  process.send?.({ calls, realizations, cpuMs: (user + system) / 1000 } satisfies Outcome);
  process.disconnect?.();
}

function traitOf(profile: number, trait: number): number {
  return 1 + trait * 5_000 + ((Math.imul(profile + 1, 2_654_435_761) >>> 0) % 5_000);
}

function deltaOf(at: number, sids: readonly number[]): ProfileDelta {
  const realized = sids.map((sid) => ({ sid: asTraitId(sid), ttlDays: TTL_DAYS }));
  return { at, realized, gained: [], lost: [], foldBeforeDay: utcDay(at) - HISTORY_DAYS };
}

function deviceKey(number: number): ProfileKey {
  // Spread over the whole space of IDs, as those of a server are.
  const half = (Math.imul(number + 1, 2_654_435_761) >>> 0) * 2 ** 20;
  const device: DeviceId | null = parseDeviceId(
    `${half}`.padStart(19, "0") + `${number}`.padStart(19, "0"),
  );
  if (device === null) throw new Error("Not a device ID.");
  return { kind: "device", pid: asPartnerId(1957), device };
}

const [role = "commit", ...rest] = process.argv.slice(2);
if (import.meta.main) {
  // A worker is given what `underLoad` made.
  if (role === "--worker") await work(JSON.parse(rest[0] ?? "") as Load);
  else await main(role);
}
