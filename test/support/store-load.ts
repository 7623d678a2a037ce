// Calls a second of the LMDB profile store, in one process or several:
//
//   node test/support/store-load.ts [commit|fsync|off] [in flight] [processes] [seconds] [profiles]
//
// Each call loads a random profile of 20 traits and commits a delta of 2 of them, as an event call would.

import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asPartnerId, asTraitId, type DeviceId, parseDeviceId } from "../../src/model/ids.ts";
import type { ProfileDelta } from "../../src/model/profile.ts";
import { DAY_MS, utcDay } from "../../src/model/time.ts";
import type { ProfileKey } from "../../src/profiles/store.ts";
import { type Durability, openEnvironment } from "../../src/stores/lmdb/environment.ts";
import { LmdbProfileStore } from "../../src/stores/lmdb/lmdb-profile-store.ts";
import { type Random, seededRandom } from "./random.ts";

const TRAITS = 20;
const HISTORY_DAYS = 120;
const START = 20_000 * DAY_MS;

interface Load {
  readonly folder: string;
  readonly durability: Durability;
  readonly inFlight: number;
  readonly seconds: number;
  readonly profiles: number;
}

const [role = "commit", ...rest] = process.argv.slice(2);
let clock = START + HISTORY_DAYS * DAY_MS;

async function lead(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "dunlin-load-"));
  const [inFlight = "64", processes = "1", seconds = "3", profiles = "20000"] = rest;
  const load: Load = {
    folder,
    // An argument of this script: any other text fails at opening.
    durability: role as Durability,
    inFlight: Number(inFlight) / Number(processes),
    seconds: Number(seconds),
    profiles: Number(profiles),
  };
  await fill({ ...load, durability: "commit" });
  const workers = Array.from({ length: Number(processes) }, () =>
    fork(import.meta.filename, ["--worker", JSON.stringify(load)]),
  );
  const results = await Promise.all(
    // What a worker of this script sends.
    workers.map(async (worker) => (await once(worker, "message"))[0] as [number, number]),
  );
  const calls = results.reduce((sum, [count]) => sum + count, 0);
  const cpuMs = results.reduce((sum, [, cpu]) => sum + cpu, 0);
  const megabytes = statSync(join(folder, "profiles.mdb")).size / 2 ** 20;
  process.stdout.write(
    `${role} ${inFlight} in flight, ${processes} process(es): ` +
      `${Math.round(calls / load.seconds)} calls/s, ${((cpuMs * 1000) / calls).toFixed(1)} us CPU a call, ` +
      `file ${megabytes.toFixed(0)} MiB\n`,
  );
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
  const store = new LmdbProfileStore(openEnvironment(load));
  const random = seededRandom(process.pid);
  let isOver = false;
  let calls = 0;
  setTimeout(() => {
    isOver = true;
  }, load.seconds * 1000);
  const before = process.cpuUsage();
  const client = async (): Promise<void> => {
    while (!isOver) {
      await call(store, load, random);
      calls++;
      // Answers leave and calls arrive between two turns.
      await new Promise(setImmediate);
    }
  };
  await Promise.all(Array.from({ length: load.inFlight }, client));
  const { user, system } = process.cpuUsage(before);
  await store.close();
  process.send?.([calls, (user + system) / 1000]);
  process.disconnect?.();
}

async function call(store: LmdbProfileStore, load: Load, random: Random): Promise<void> {
  clock += 100;
  const number = random.below(load.profiles);
  const key = deviceKey(number);
  await store.load([key]);
  const traits = [traitOf(number, random.below(TRAITS)), traitOf(number, random.below(TRAITS))];
  await store.commit([{ key, delta: deltaOf(clock, [...new Set(traits)]) }]);
}

function traitOf(profile: number, trait: number): number {
  return 1 + trait * 5_000 + ((Math.imul(profile + 1, 2_654_435_761) >>> 0) % 5_000);
}

function deltaOf(at: number, sids: readonly number[]): ProfileDelta {
  const realized = sids.map((sid) => ({ sid: asTraitId(sid), ttlDays: HISTORY_DAYS }));
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

// The arguments are this script's own.
if (role === "--worker") await work(JSON.parse(rest[0] ?? "{}") as Load);
else await lead();
