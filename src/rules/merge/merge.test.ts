import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { seededRandom } from "../../../test/support/random.ts";
import { randomProfile, randomTraits } from "../../../test/support/random-segment-rules.ts";
import { profileOf, recordOf, type TraitHistory } from "../../../test/support/trait-history.ts";
import { asDataSourceId, asSegmentId, asTraitId, parseDeviceId } from "../../model/ids.ts";
import { EMPTY_PROFILE, type Profile, type TraitRecord } from "../../model/profile.ts";
import { DAY_MS, DEVICE_LIFE_DAYS } from "../../model/time.ts";
import {
  mergeProfiles,
  type PersonDevice,
  type ProfileSource,
  profileLinkDevices,
  withComputedTraits,
} from "./merge.ts";

const TODAY = 20_000;
const NOW = TODAY * DAY_MS + 12 * 3_600_000;
const NEVER = () => 0;

function device(profile: Profile, lifeDays: number = DEVICE_LIFE_DAYS): ProfileSource {
  return { kind: "device", profile, lifeDays };
}

function declared(dataSourceId: number, profile: Profile, lifeDays = 720): ProfileSource {
  return { kind: "declared", dataSourceId: asDataSourceId(dataSourceId), profile, lifeDays };
}

/** By trait: how many days ago, and how often. */
function seen(history: Readonly<Record<string, readonly (readonly [number, number])[]>>): Profile {
  const dated: TraitHistory = Object.fromEntries(
    Object.entries(history).map(([sid, realizations]) => [
      sid,
      realizations.map(([daysAgo, count]) => [NOW - daysAgo * DAY_MS, count] as const),
    ]),
  );
  return profileOf(dated);
}

function totals({ traits }: Profile): Record<string, number> {
  return Object.fromEntries(
    traits.map(({ sid, days }) => [
      `${sid}`,
      days.filter((_, at) => at % 2 === 1).reduce((sum, count) => sum + count, 0),
    ]),
  );
}

interface Row {
  readonly id: string;
  readonly what: string;
  readonly ttl?: number;
  readonly now?: string;
  readonly records?: Readonly<
    Record<string, Readonly<Record<string, number | readonly (readonly [string, number])[]>>>
  >;
  readonly merged: Readonly<Record<string, number>>;
}

const url = new URL("../../../cases/merging.json", import.meta.url);
// The file is ours: its form is what the rows' interface says; rows of other kinds are tested elsewhere.
const rows = JSON.parse(readFileSync(url, "utf8")) as readonly Row[];

for (const { id, what, ttl, now, records, merged } of rows) {
  if (records === undefined) continue;
  test(`case ${id}: ${what}`, () => {
    const at = now === undefined ? NOW : Date.parse(now);
    const sources = Object.entries(records).map(([key, counts]) => {
      const history = Object.entries(counts).map(([sid, counted]) => [
        sid,
        typeof counted === "number"
          ? [[at, counted] as const]
          : counted.map(([day, count]) => [Date.parse(day), count] as const),
      ]);
      const profile = profileOf(Object.fromEntries(history));
      const [kind, dataSourceId] = key.split(":");
      return kind === "dev" ? device(profile) : declared(Number(dataSourceId), profile);
    });
    assert.deepEqual(totals(mergeProfiles(sources, () => ttl ?? 120, at)), merged);
  });
}

test("one source is handed through untouched, alone or with others that have run out", () => {
  const profile = seen({ 1: [[5, 1]] });
  const gone = seen({ 1: [[200, 4]] });
  assert.equal(mergeProfiles([device(profile)], NEVER, NOW), profile);
  assert.equal(mergeProfiles([device(gone), device(profile)], NEVER, NOW), profile);
});

test("nothing to read reads as empty", () => {
  assert.equal(mergeProfiles([], NEVER, NOW), EMPTY_PROFILE);
  assert.equal(mergeProfiles([device(EMPTY_PROFILE)], NEVER, NOW), EMPTY_PROFILE);
});

test("a device is gone at the 121st midnight, whatever its traits' lives; a declared ID by its own life", () => {
  const profile = seen({ 1: [[0, 1]] });
  const end = (TODAY + 121) * DAY_MS;
  assert.equal(mergeProfiles([device(profile)], NEVER, end - 1), profile);
  assert.equal(mergeProfiles([device(profile)], NEVER, end), EMPTY_PROFILE);
  assert.equal(mergeProfiles([declared(100, profile)], NEVER, end), profile);
  assert.equal(mergeProfiles([declared(100, profile, 30)], NEVER, end), EMPTY_PROFILE);
});

test("counts add up by day over devices and declared IDs; over data sources the greatest counts", () => {
  const merged = mergeProfiles(
    [
      device(
        seen({
          1: [
            [3, 1],
            [0, 2],
          ],
        }),
      ),
      device(seen({ 1: [[3, 4]], 2: [[1, 1]] })),
      declared(
        100,
        seen({
          1: [
            [3, 5],
            [1, 1],
          ],
        }),
      ),
      declared(
        200,
        seen({
          1: [
            [3, 2],
            [1, 3],
          ],
        }),
      ),
    ],
    () => 30,
    NOW,
  );
  assert.deepEqual(merged.traits, [
    recordOf(1, [
      [NOW - 3 * DAY_MS, 10],
      [NOW - DAY_MS, 3],
      [NOW, 2],
    ]),
    recordOf(2, [[NOW - DAY_MS, 1]]),
  ]);
  assert.equal(merged.lastSeen, NOW);
});

test("declared IDs of one data source are different people, and add up", () => {
  const sources = [
    declared(100, seen({ 1: [[0, 2]] })),
    declared(100, seen({ 1: [[0, 3]] })),
    declared(200, seen({ 1: [[0, 4]] })),
  ];
  assert.deepEqual(totals(mergeProfiles(sources, NEVER, NOW)), { 1: 5 });
});

test("a record that ran out on one device is gone, though the trait lives on on another", () => {
  const sources = [device(seen({ 1: [[40, 9]] })), device(seen({ 1: [[10, 1]], 2: [[40, 1]] }))];
  const merged = mergeProfiles(sources, (sid) => (sid === 1 ? 30 : 0), NOW);
  assert.deepEqual(totals(merged), { 1: 1, 2: 1 });
  assert.equal(merged.traits[0]?.first, NOW - 10 * DAY_MS);
});

test("records of traits that do not exist any more are left out", () => {
  const sources = [device(seen({ 1: [[0, 1]], 2: [[0, 1]] })), device(seen({ 2: [[0, 1]] }))];
  assert.deepEqual(totals(mergeProfiles(sources, (sid) => (sid === 2 ? null : 0), NOW)), { 1: 1 });
});

test("nobody is said to be a member of what several profiles give together", () => {
  const told = { ...seen({ 1: [[0, 1]] }), membership: [{ sid: asSegmentId(3), since: 50 }] };
  const merged = mergeProfiles([device(told), device(seen({ 1: [[0, 1]] }))], NEVER, NOW);
  assert.deepEqual(merged.membership, []);
});

test("computed traits stand among the others, in place of what was ever stored of them", () => {
  const [held, unheld, realized] = [2, 4, 3].map(asTraitId);
  assert.ok(held && unheld && realized);
  const at = NOW - 3 * DAY_MS;
  const profile = seen({ 2: [[9, 7]], 3: [[0, 1]], 4: [[0, 1]] });
  const { traits } = withComputedTraits(profile, new Set([held, unheld]), new Map([[held, at]]));
  assert.deepEqual(traits, [recordOf(held, [[at, 1]]), recordOf(realized, [[NOW, 1]])]);
});

test("on seeded profiles the merge is what adding up every single realization gives", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed);
    const { baseTraits, lookup } = randomTraits(random, 20);
    const profile = () =>
      randomProfile(random, {
        traits: baseTraits,
        size: random.below(10),
        now: NOW,
        oldestDays: 20,
      });
    const sources = Array.from({ length: 2 + random.below(4) }, () =>
      random.chance(0.6) ? device(profile()) : declared(random.pick([100, 200]), profile()),
    );
    const ttlDaysOf = (sid: number) => lookup(asTraitId(sid))?.ttlDays ?? null;
    const merged = mergeProfiles(sources, ttlDaysOf, NOW);
    assert.deepEqual(countsOf(merged.traits), mergedSlowly(sources, ttlDaysOf), `seed ${seed}`);
    const sids = merged.traits.map(({ sid }) => sid);
    assert.deepEqual(
      sids,
      [...new Set(sids)].sort((a, b) => a - b),
      `seed ${seed}`,
    );
  }
});

/** Counts by trait and day. */
type Counts = Record<string, number>;

function countsOf(records: readonly TraitRecord[]): Counts {
  const counts: Counts = {};
  for (const { sid, days } of records) {
    for (let at = 0; at < days.length; at += 2) {
      const key = `${sid} on ${days[at]}`;
      counts[key] = (counts[key] ?? 0) + (days[at + 1] ?? 0);
    }
  }
  return counts;
}

function mergedSlowly(
  sources: readonly ProfileSource[],
  ttlDaysOf: (sid: number) => number | null,
): Counts {
  const countsOfKind = (wanted: string): Counts => {
    const records = sources
      .filter(
        (source) => (source.kind === "device" ? "device" : `${source.dataSourceId}`) === wanted,
      )
      .flatMap(({ profile }) => profile.traits)
      .filter(({ sid, last }) => {
        const ttlDays = ttlDaysOf(sid);
        return ttlDays === 0 || (ttlDays !== null && TODAY <= Math.floor(last / DAY_MS) + ttlDays);
      });
    return countsOf(records);
  };
  const [devices, one, other] = ["device", "100", "200"].map(countsOfKind);
  const keys = new Set([devices, one, other].flatMap((counts) => Object.keys(counts ?? {})));
  return Object.fromEntries(
    [...keys].map((key) => [
      key,
      (devices?.[key] ?? 0) + Math.max(one?.[key] ?? 0, other?.[key] ?? 0),
    ]),
  );
}

function deviceId(number: number) {
  const id = parseDeviceId(`${number}`.padStart(38, "0"));
  assert.ok(id !== null);
  return id;
}

/** A login, or a mere sync, at a time. */
function login(number: number, lastAuth: number | null, lastSync = lastAuth ?? 0): PersonDevice {
  return { device: deviceId(number), lastAuth, authOrder: lastAuth ?? 0, lastSync, syncOrder: 0 };
}

test("case Y05: Profile Link reads the current device and the person's 99 latest", () => {
  const devices = Array.from({ length: 150 }, (_, at) => login(at + 1, at + 1));
  const read = profileLinkDevices(deviceId(1), devices);
  assert.equal(read.length, 100);
  assert.deepEqual(read.slice(0, 3), [deviceId(1), deviceId(150), deviceId(149)]);
  for (const [number, included] of [
    [52, true],
    [51, false],
    [2, false],
  ] as const) {
    assert.equal(read.includes(deviceId(number)), included, `D${number}`);
  }
});

test("Profile Link reads the current device alone where nobody is known", () => {
  assert.deepEqual(profileLinkDevices(deviceId(5), []), [deviceId(5)]);
});

test("the latest login comes first, by order where the clock stood still; mere syncs come last", () => {
  const devices = [
    login(1, null, 90),
    login(2, 40),
    { ...login(3, 60), authOrder: 61 },
    login(4, 60),
    login(5, 50),
    login(6, null, 95),
    { ...login(7, null, 95), syncOrder: 1 },
  ];
  const read = profileLinkDevices(deviceId(5), devices);
  assert.deepEqual(read, [5, 3, 4, 2, 7, 6, 1].map(deviceId));
});
