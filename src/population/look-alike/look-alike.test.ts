// Models against a twin that knows who realized what and when, and computes as the documents say it, visitor by
// visitor.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { buildWorld, callOf } from "../../../test/support/event-world.ts";
import { type Random, seededRandom } from "../../../test/support/random.ts";
import { partition } from "../../catalog/partner-definitions.ts";
import { readWorkspace } from "../../catalog/read-workspace.ts";
import { handleEvent } from "../../event/handle-event.ts";
import { asPartnerId, parseDeviceId } from "../../model/ids.ts";
import { DAY_MS } from "../../model/time.ts";
import type { ScannedStore } from "../../profiles/profile-scan.ts";
import { MemoryVisitorStore } from "../../stores/memory/memory-visitor-store.ts";
import { findLookAlikes, type LookAlikeQuestion } from "./look-alike.ts";
import { reachByAccuracy } from "./weigh-traits.ts";

const TRAITS = 12;
const SEGMENT = 100;
const owner = { pid: 1957, dataSourceId: 1002 };

const DOCUMENT = {
  partners: [{ pid: 1957, alias: "alpha", name: "Alpha", orgId: `${"0".repeat(24)}@AdobeOrg` }],
  dataSources: [
    { dataSourceId: 1001, pid: 1957, name: "CRM", idType: "CROSS_DEVICE" },
    { dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" },
    { dataSourceId: 1003, pid: 1957, name: "Shop", idType: "COOKIE" },
  ],
  folders: [
    { folderId: 1, pid: 1957, name: "Outer", traitSid: 200 },
    { folderId: 2, pid: 1957, name: "Inner", traitSid: 201, parentFolderId: 1 },
  ],
  traits: Array.from({ length: TRAITS }, (_, place) => ({
    ...{ ...owner, dataSourceId: place < 9 ? 1002 : 1003 },
    ...{ sid: place + 1, name: `Trait ${place + 1}`, traitRule: `t == "${place + 1}"` },
    // Some end within the look-back, and one lies in a folder of a folder.
    ...{ ttl: place === 3 ? 10 : 0, folderId: place === 4 ? 2 : 0 },
  })),
  mergeRules: [
    {
      ...{ mergeRuleId: 1, pid: 1957, name: "Device", crossDevice: "NONE", device: "DEVICE" },
      default: true,
    },
  ],
  segments: [{ ...owner, sid: SEGMENT, name: "Both", segmentRule: "1T AND 2T", mergeRuleId: 1 }],
};

function definitionsOf(document: unknown) {
  const read = readWorkspace(document);
  assert.ok(read.ok);
  const [definitions] = partition(read.value.workspace);
  assert.ok(definitions);
  return definitions;
}

function worldOf(store: ScannedStore, now: number, signal = new AbortController().signal) {
  return { store, now, signal, pause: async () => {}, onProgress: () => {} };
}

interface Person {
  readonly isDevice: boolean;
  isOptedOut: boolean;
  lastSeen: number;
  /** By sid, the times of all realizations. */
  readonly traits: Map<number, number[]>;
}

interface Populace {
  readonly store: MemoryVisitorStore;
  readonly now: number;
  readonly people: readonly Person[];
}

function chanceOf(sid: number, isAlike: boolean): number {
  if (sid === 11) return isAlike ? 0.8 : 0.03;
  if (sid > 9) return 0.3;
  return sid <= 5 && isAlike ? 0.7 : 0.12;
}

/** Trait 1 and its likes are held together more often than by chance. */
async function populate(random: Random): Promise<Populace> {
  const store = new MemoryVisitorStore();
  const world = buildWorld(DOCUMENT, { store });
  const start = world.nowMs;
  const people = new Map<string, Person>();
  const days = 70;
  for (let day = 0; day < days; day++) {
    for (let call = 0; call < 12; call++) {
      world.nowMs = start + day * DAY_MS + call * 1_000;
      const number = 1 + random.below(260);
      const isDevice = number > 40;
      const device = `${number}`.padStart(38, "0");
      const isAlike = number % 3 === 0;
      const sids = Array.from({ length: TRAITS }, (_, place) => place + 1).filter((sid) =>
        random.chance(chanceOf(sid, isAlike)),
      );
      const query = [`d_uuid=${device}`, ...sids.map((sid) => `t=${sid}`)];
      // They are logged in with each call: what they realize is the person's.
      if (!isDevice) query.push(`d_cid=1001%01person-${number}%011`);
      const reply = await handleEvent(world, callOf(`/event?${query.join("&")}`));
      assert.deepEqual(reply.errors, []);
      const fresh = { isDevice, isOptedOut: false, lastSeen: 0, traits: new Map() };
      const person = people.get(device) ?? fresh;
      people.set(device, person);
      person.lastSeen = world.nowMs;
      for (const sid of sids) {
        person.traits.set(sid, [...(person.traits.get(sid) ?? []), world.nowMs]);
      }
    }
  }
  for (const number of [42, 45, 46]) {
    const device = parseDeviceId(`${number}`.padStart(38, "0"));
    const person = people.get(`${number}`.padStart(38, "0"));
    assert.ok(device && person);
    const optOut = { kind: "opt-out", pid: asPartnerId(1957), reason: "request", at: 1 } as const;
    const identities = [{ ...optOut, key: { kind: "device", device } as const }];
    await store.commitVisit({ profiles: [], guard: null, identities });
    person.isOptedOut = true;
  }
  return { store, now: world.nowMs, people: [...people.values()] };
}

interface TwinRow {
  readonly sid: number;
  readonly weight: number;
  readonly ofUsers: number;
  readonly ofBaseline: number;
  readonly realizations: number;
}

/** As the documents say it, one visitor and one trait after the other. */
function twin(question: LookAlikeQuestion, { people, now }: Populace) {
  const { traits: defined } = question.definitions;
  const since = now - question.lookBackDays * DAY_MS;
  const isSegment = question.sid === SEGMENT;
  const ttlOf = (sid: number) => defined.find((trait) => trait.sid === sid)?.ttl ?? 0;
  const holds = ({ traits }: Person, sid: number, from: number) => {
    const last = traits.get(sid)?.at(-1) ?? Number.NEGATIVE_INFINITY;
    const ttl = ttlOf(sid);
    const livesOn = ttl === 0 || Math.floor(now / DAY_MS) - Math.floor(last / DAY_MS) <= ttl;
    return last >= from && livesOn;
  };
  const everyone = people.filter((one) => !one.isOptedOut && (one.isDevice || !isSegment));
  const ofSources = defined.filter((trait) => question.dataSources.includes(trait.dataSourceId));
  const inB = (one: Person) =>
    isSegment
      ? one.lastSeen >= since && holds(one, 1, 0) && holds(one, 2, 0)
      : holds(one, question.sid, since);
  const inU = (one: Person) => ofSources.some(({ sid }) => holds(one, sid, since));
  const baseline = everyone.filter(inB);
  const users = everyone.filter(inU);
  const excluded = new Set([question.sid, ...question.excludedTraits]);
  if (excluded.has(200) || excluded.has(201)) excluded.add(5);
  const rows: TwinRow[] = [];
  for (const { sid } of ofSources) {
    if (excluded.has(sid)) continue;
    const ofBaseline = baseline.filter((one) => holds(one, sid, since)).length;
    const ofUsers = users.filter((one) => holds(one, sid, since)).length;
    if (ofUsers === 0 || ofBaseline < 25) continue;
    const [p, q] = [ofBaseline / baseline.length, ofUsers / users.length];
    const weight = Math.sqrt(p) * Math.max(0, Math.log2(p / q));
    const firstDay = Math.floor(since / DAY_MS);
    const realizations = users
      .filter((one) => holds(one, sid, since))
      .flatMap((one) => sinceItLives(one.traits.get(sid) ?? [], ttlOf(sid)))
      .filter((time) => Math.floor(time / DAY_MS) >= firstDay).length;
    if (weight > 0) rows.push({ sid, weight, ofUsers, ofBaseline, realizations });
  }
  rows.sort((one, other) => other.weight - one.weight || one.sid - other.sid);
  const top = rows[0]?.weight ?? 1;
  const traits = rows.slice(0, 50).map((row) => ({ ...row, weight: row.weight / top }));
  const weights = new Map(traits.map(({ sid, weight }) => [sid, weight]));
  const scoreOf = (one: Person) => {
    let score = 0;
    for (const { sid } of ofSources) {
      if (holds(one, sid, since)) score += weights.get(sid) ?? 0;
    }
    return score;
  };
  const greatest = Math.max(...users.map(scoreOf));
  const stats = Array.from({ length: 21 }, (_, step) => ({
    accuracy: step / 20,
    reach: users.filter((one) => !inB(one) && scoreOf(one) / greatest >= step / 20).length,
  }));
  return { baseline: baseline.length, users: users.length, traits, stats };
}

/** A trait that had ended began anew: what was before is forgotten. */
function sinceItLives(times: readonly number[], ttl: number): readonly number[] {
  if (ttl === 0) return times;
  const dayOf = (time: number) => Math.floor(time / DAY_MS);
  const begin = times.findLastIndex(
    (time, place) => dayOf(time) - dayOf(times[place - 1] ?? Number.NEGATIVE_INFINITY) > ttl,
  );
  return times.slice(begin);
}

const QUESTION = { dataSources: [1002], lookBackDays: 60, excludedTraits: [], mostUsers: 1_000 };

describe("a model finds what its twin finds", () => {
  const definitions = definitionsOf(DOCUMENT);
  const asked: readonly (readonly [string, Partial<LookAlikeQuestion> & { sid: number }])[] = [
    ["of a trait", { sid: 1 }],
    ["of a trait, in a shorter look-back", { sid: 1, lookBackDays: 30 }],
    ["of a segment", { sid: SEGMENT }],
    ["of a segment, in a shorter look-back", { sid: SEGMENT, lookBackDays: 30 }],
    ["without some traits", { sid: 1, excludedTraits: [2, 3] }],
    ["without a folder and what lies in the folders inside", { sid: 1, excludedTraits: [200] }],
    ["in another data source than that of the baseline", { sid: 1, dataSources: [1003] }],
    ["in two data sources", { sid: 1, dataSources: [1002, 1003] }],
  ];
  for (const [name, given] of asked) {
    test(name, async () => {
      for (const seed of [5, 6]) {
        const populace = await populate(seededRandom(seed));
        const question: LookAlikeQuestion = { ...QUESTION, definitions, ...given };
        const outcome = await findLookAlikes(question, worldOf(populace.store, populace.now));
        assert.ok(outcome.kind === "found", JSON.stringify(outcome));
        const expected = twin(question, populace);
        assert.deepEqual(outcome.found, expected);
        assert.equal(expected.traits[0]?.weight, 1);
        assert.equal(expected.stats.length, 21);
        assert.ok((expected.stats[1]?.reach ?? 0) < (expected.stats[0]?.reach ?? 0));
      }
    });
  }
});

test("what cannot be computed is said in a sentence", async () => {
  const definitions = definitionsOf(DOCUMENT);
  const { store, now } = await populate(seededRandom(7));
  const ask = (given: Partial<LookAlikeQuestion>) =>
    findLookAlikes({ ...QUESTION, definitions, sid: 1, ...given }, worldOf(store, now));
  assert.deepEqual(await ask({ sid: 4711 }), {
    kind: "failed",
    reason: "The baseline 4711 is not defined any more.",
  });
  assert.equal((await ask({ mostUsers: 10 })).kind, "failed");
  assert.equal((await ask({ dataSources: [1001] })).kind, "no-data");
  const empty = worldOf(new MemoryVisitorStore(), now);
  const nobody = await findLookAlikes({ ...QUESTION, definitions, sid: 1 }, empty);
  assert.deepEqual(nobody, { kind: "no-data", reason: "Nobody is in the baseline." });
});

test("a model that is told to stop does, with the reason it was given", async () => {
  const { store, now } = await populate(seededRandom(8));
  const stopped = new AbortController();
  stopped.abort(new Error("The node stops."));
  const question = { ...QUESTION, definitions: definitionsOf(DOCUMENT), sid: 1 };
  await assert.rejects(findLookAlikes(question, worldOf(store, now, stopped.signal)), {
    message: "The node stops.",
  });
});

test("an accuracy is reached by whoever scores as much, and never by more at a higher one", () => {
  const random = seededRandom(9);
  const scores = Array.from({ length: 2_000 }, () => random.below(400) / 20);
  const greatest = Math.max(...scores);
  const rows = reachByAccuracy(scores, greatest);
  for (const { accuracy, reach } of rows) {
    assert.equal(reach, scores.filter((score) => score / greatest >= accuracy).length);
  }
  assert.deepEqual(
    reachByAccuracy([0, 0], 0).map(({ reach }) => reach),
    [2, ...new Array<number>(20).fill(0)],
  );
});
