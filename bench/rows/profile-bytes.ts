// What a profile of 20 traits takes, against the bits that tell it from any other: as its record, on disk
// after random updates (the whole file, pages half full and free ones too), and read into memory.
//
// What is counted as information, of each profile:
//   whose      a device ID: 38 decimal digits
//   traits     which 20 of 100,000
//   days       of each trait, which of 120 days it was realized on
//   counts     of each such day, how often: the entropy of all counts in the store
//   times      of each trait, the milliseconds of the day of its last realization, and of its first one
//              where that is another
// Their days are those of the counts, and the profile was last seen when its latest trait was realized: that
// is told already. Checksums, versions and what finds a record are all overhead.

import { statSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { asPartnerId, asTraitId, type DeviceId, parseDeviceId } from "../../src/model/ids.ts";
import type { Profile } from "../../src/model/profile.ts";
import { DAY_MS, utcDay } from "../../src/model/time.ts";
import { encodeRecord } from "../../src/profiles/record.ts";
import type { ProfileChange, ProfileKey } from "../../src/profiles/store.ts";
import { openEnvironment, PROFILES_FILE } from "../../src/stores/lmdb/environment.ts";
import { LmdbProfileStore } from "../../src/stores/lmdb/lmdb-profile-store.ts";
import { type Random, seededRandom } from "../../test/support/random.ts";
import { type Figure, type Row, side } from "../harness.ts";
import { withBench } from "../load/nodes.ts";

const TRAITS = 20;
const ALL_TRAITS = 100_000;
const HISTORY_DAYS = 120;
const START = 20_000 * DAY_MS;
/** As of a node with so many connections: they share a transaction. */
const AT_ONCE = 64;
const MOST_UPDATES = 1_000_000;
const MOST_MS = 30_000;
const ENOUGH = 1.6;

interface Visitor {
  readonly key: ProfileKey;
  readonly sids: readonly number[];
}

export const PROFILE_BYTES_ROW: Row = {
  name: "profile_bytes",
  run: ({ quick, progress }) =>
    withBench(async (bench) => {
      const random = seededRandom(1);
      const visitors = Array.from({ length: quick ? 2_000 : 20_000 }, () => randomVisitor(random));
      const store = new LmdbProfileStore(
        openEnvironment({ folder: bench.folder, durability: "commit" }),
      );
      const most = quick ? 20_000 : MOST_UPDATES;
      progress(`${visitors.length} profiles, up to ${most} random updates`);
      const updates = await update({ store, visitors, random, most });
      await store.close();
      const bytes = statSync(join(bench.folder, PROFILES_FILE)).size;

      const reader = new LmdbProfileStore(
        openEnvironment({ folder: bench.folder, durability: "commit" }),
      );
      const before = heapBytes();
      const profiles = await reader.load(visitors.map(({ key }) => key));
      const heap = heapBytes() - before;
      await reader.close();
      const information = informationBytes(profiles);
      const records = profiles.reduce((sum, profile) => sum + encodeRecord(profile).length, 0);
      const each = (total: number) => side([total / visitors.length], "bytes a profile");
      const figure = (name: string, total: number): Figure => ({
        row: `profile_bytes.${name}_vs_information`,
        value: total / information,
        unit: "times the information",
        better: "lower",
        sides: { [name]: each(total), information: each(information) },
        note: `${updates} updates of ${visitors.length} profiles of ${TRAITS} traits; at most ${ENOUGH} is wanted`,
      });
      return [figure("record", records), figure("disk", bytes), figure("memory", heap)];
    }),
};

function randomVisitor(random: Random): Visitor {
  const half = () => `${random.below(900_000_000)}${random.below(900_000_000)}`.padStart(19, "0");
  // Halves of digits are device IDs.
  const device = parseDeviceId(half() + half()) as DeviceId;
  const sids = new Set<number>();
  while (sids.size < TRAITS) sids.add(1 + random.below(ALL_TRAITS));
  return { key: { kind: "device", pid: asPartnerId(1957), device }, sids: [...sids] };
}

/** Every trait of every visitor once, then any of anybody, while the days go by. Gives how many in all. */
async function update(run: {
  readonly store: LmdbProfileStore;
  readonly visitors: readonly Visitor[];
  readonly random: Random;
  readonly most: number;
}): Promise<number> {
  const { store, visitors, random, most } = run;
  const firsts = visitors.length * TRAITS;
  const total = Math.max(most, firsts);
  const began = performance.now();
  let waiting: Promise<void>[] = [];
  let made = 0;
  for (; made < total && (made < firsts || performance.now() - began < MOST_MS); made++) {
    const isFirst = made < firsts;
    const visitor = visitors[isFirst ? made % visitors.length : random.below(visitors.length)];
    const place = isFirst ? Math.floor(made / visitors.length) : random.below(TRAITS);
    const at = START + Math.floor(((made + random.next()) / total) * HISTORY_DAYS * DAY_MS);
    if (visitor !== undefined) waiting.push(store.commit([realization(visitor, place, at)]));
    if (waiting.length < AT_ONCE) continue;
    await Promise.all(waiting);
    waiting = [];
  }
  await Promise.all(waiting);
  return made;
}

function realization({ key, sids }: Visitor, place: number, at: number): ProfileChange {
  const realized = [{ sid: asTraitId(sids[place] ?? 1), ttlDays: 0 }];
  const foldBeforeDay = utcDay(at) - HISTORY_DAYS;
  return { key, delta: { at, realized, gained: [], lost: [], foldBeforeDay } };
}

function informationBytes(profiles: readonly Profile[]): number {
  const counts = new Map<number, number>();
  let bits = profiles.length * (38 * Math.log2(10) + log2Choose(ALL_TRAITS, TRAITS));
  for (const { traits } of profiles) {
    for (const { first, last, days } of traits) {
      bits += log2Choose(HISTORY_DAYS, days.length / 2);
      bits += Math.log2(DAY_MS) * (first === last ? 1 : 2);
      for (let place = 1; place < days.length; place += 2) {
        const count = days[place] ?? 0;
        counts.set(count, (counts.get(count) ?? 0) + 1);
      }
    }
  }
  const all = [...counts.values()].reduce((sum, times) => sum + times, 0);
  for (const times of counts.values()) bits -= times * Math.log2(times / all);
  return bits / 8;
}

function log2Choose(n: number, k: number): number {
  let bits = 0;
  for (let place = 0; place < k; place++) bits += Math.log2((n - place) / (place + 1));
  return bits;
}

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  collect();
  return process.memoryUsage().heapUsed;
}
