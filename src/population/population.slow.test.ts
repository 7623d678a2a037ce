// Counts against asking for every visitor by themselves, under the whole definitions, what explains segments.

import assert from "node:assert/strict";
import { test } from "node:test";
import { snapshotOf } from "../../test/support/event-world.ts";
import { type Random, seededRandom } from "../../test/support/random.ts";
import {
  PID,
  type Population,
  populate,
  randomWorkspace,
} from "../../test/support/random-population.ts";
import { startRedisCluster } from "../../test/support/redis-cluster.ts";
import { storeFolder } from "../../test/support/store-folder.ts";
import { partition } from "../catalog/partner-definitions.ts";
import { readWorkspace } from "../catalog/read-workspace.ts";
import type { PartnerCatalog } from "../catalog/snapshot.ts";
import { explainSegment } from "../event/explain/explain.ts";
import { declaredKey, lifeDaysOf } from "../event/qualify/qualify.ts";
import { UNKNOWN_IDENTITY } from "../model/identity.ts";
import { asDataSourceId, type SegmentId } from "../model/ids.ts";
import { profileExpiresAt } from "../model/time.ts";
import type { ScannedStore } from "../profiles/profile-scan.ts";
import type { ProfileKey } from "../profiles/store.ts";
import { openEnvironment } from "../stores/lmdb/environment.ts";
import { LmdbVisitorStore } from "../stores/lmdb/lmdb-visitor-store.ts";
import { MemoryVisitorStore } from "../stores/memory/memory-visitor-store.ts";
import { openRedisVisitorStore } from "../stores/redis/redis-visitor-store.ts";
import {
  basesOfSegments,
  type CountWorld,
  compileCounted,
  countPopulation,
  definitionsOfSegments,
} from "./population.ts";

type Document = Record<string, unknown>;

/** Who is in a segment, asked one by one. */
async function membersOf(
  store: ScannedStore,
  partner: PartnerCatalog,
  { devices, people, now }: Population,
  sid: SegmentId,
): Promise<ReadonlySet<string>> {
  const members = new Set<string>();
  const rule = partner.segments.get(sid)?.mergeRule;
  if (rule === undefined) return members;
  const isOut = (optOuts: (typeof UNKNOWN_IDENTITY)["optOuts"]) =>
    optOuts.some(({ pid }) => pid === PID);
  const readsDevice = ["DEVICE", "PROFILE_LINK", "EXTERNAL"].includes(rule.device);
  for (const device of readsDevice ? devices : []) {
    const [identity = UNKNOWN_IDENTITY] = await store.loadIdentities([{ kind: "device", device }]);
    if (isOut(identity.optOuts)) continue;
    if (await hasEnded(store, partner, { kind: "device", pid: PID, device }, now)) continue;
    const visit = { partner, device, ids: [], identity, now };
    if ((await explainSegment(store, visit, sid))?.member === true) members.add(device);
  }
  for (const [source, id] of readsDevice ? [] : people) {
    const dataSourceId = asDataSourceId(source);
    if (!rule.dataSourceIds.includes(dataSourceId)) continue;
    const one = { dataSourceId, id };
    const [identity] = await store.loadIdentities([{ kind: "declared", ...one }]);
    if (identity === undefined || isOut(identity.optOuts)) continue;
    if (await hasEnded(store, partner, declaredKey(one), now)) continue;
    const [device] = devices;
    assert.ok(device);
    const ids = [{ ...one, state: 1 as const }];
    const visit = { partner, device, ids, identity: UNKNOWN_IDENTITY, now };
    const isIn =
      rule.crossDevice === "ALL"
        ? await holdsAlone(store, partner, { ...one, now }, sid)
        : (await explainSegment(store, visit, sid))?.member === true;
    if (isIn) members.add(`${source}:${id}`);
  }
  return members;
}

async function hasEnded(
  store: ScannedStore,
  partner: PartnerCatalog,
  key: ProfileKey,
  now: number,
): Promise<boolean> {
  const [profile] = await store.load([key]);
  return now >= profileExpiresAt(profile?.lastSeen ?? 0, lifeDaysOf(key, partner));
}

/** No call reads under "All cross-device profiles": the profile is evaluated as it is. */
async function holdsAlone(
  store: ScannedStore,
  partner: PartnerCatalog,
  { now, ...one }: Parameters<typeof declaredKey>[0] & { readonly now: number },
  sid: SegmentId,
): Promise<boolean> {
  const [profile] = await store.load([declaredKey(one)]);
  assert.ok(profile);
  const traits = [...profile.traits];
  for (const synced of partner.mergeNeeds.computedTraits?.bySyncedSource.get(one.dataSourceId) ??
    []) {
    traits.push({ sid: synced, first: now, last: now, days: [Math.floor(now / 86_400_000), 1] });
  }
  traits.sort((a, b) => a.sid - b.sid);
  return partner.segmentGroups.some(({ index }) =>
    index.qualified({ ...profile, traits }, now).segments.includes(sid),
  );
}

function definitionsOf(document: Document) {
  const read = readWorkspace(document);
  assert.ok(read.ok);
  const [definitions] = partition(read.value.workspace);
  assert.ok(definitions);
  return definitions;
}

function partnerOf(document: Document): PartnerCatalog {
  const partner = snapshotOf(document).partnersById.get(PID);
  assert.ok(partner);
  return partner;
}

function counting(store: ScannedStore, now: number): CountWorld {
  const { signal } = new AbortController();
  return { store, now, signal, pause: async () => {}, onProgress: () => {} };
}

/** Another workspace as somebody might change it. */
function changed(document: Document, random: Random): Document {
  const { traits, segments, mergeRules, dataSources } = structuredClone(document);
  const list = (given: unknown): Record<string, unknown>[] => (Array.isArray(given) ? given : []);
  for (const trait of list(traits)) {
    if (trait["ttl"] !== undefined && random.chance(0.3)) trait["ttl"] = random.pick([0, 2, 20]);
    if (trait["folderId"] !== undefined && random.chance(0.2)) trait["folderId"] = random.below(3);
  }
  const kept = list(segments).filter(() => !random.chance(0.1));
  const rules = list(mergeRules);
  for (const segment of kept) {
    if (random.chance(0.1)) segment["status"] = random.pick(["ACTIVE", "INACTIVE"]);
    if (random.chance(0.2)) segment["mergeRuleId"] = 1 + random.below(rules.length);
  }
  const [source] = list(dataSources);
  if (source !== undefined && random.chance(0.3)) source["retentionMonths"] = 1;
  return { ...document, traits, segments: kept, mergeRules, dataSources };
}

/** Compares every segment of a random workspace, and gives how many members there were. */
async function compareSizes(seed: number, store: ScannedStore): Promise<number> {
  const random = seededRandom(seed);
  const document = randomWorkspace(random);
  const population = await populate(store, document, random);
  const partner = partnerOf(document);
  const definitions = definitionsOfSegments(definitionsOf(document), () => true);
  const after = compileCounted(definitions);
  const world = counting(store, population.now);
  const { segments, unreadable } = await countPopulation({ before: null, after }, world);
  let counted = 0;
  for (const sid of partner.segments.keys()) {
    const members = await membersOf(store, partner, population, sid);
    assert.equal(segments.get(sid)?.after, members.size, `seed ${seed}, segment ${sid}`);
    counted += members.size;
  }
  assert.deepEqual([segments.size, unreadable], [partner.segments.size, 0]);
  return counted;
}

test("a size is how many visitors are in the segment when each is asked about by themselves", async () => {
  let counted = 0;
  for (let seed = 1; seed <= 12; seed++) {
    counted += await compareSizes(seed, new MemoryVisitorStore());
  }
  assert.ok(counted > 1_000);
});

test("sizes over the embedded store and over a cluster are the same", async () => {
  const cluster = await startRedisCluster();
  try {
    for (let seed = 21; seed <= 24; seed++) {
      const environment = openEnvironment({ folder: storeFolder(), durability: "commit" });
      const embedded = new LmdbVisitorStore(environment);
      const shared = await openRedisVisitorStore({
        seeds: cluster.url.slice("redis://".length).split(","),
        ...{ patienceMs: 10_000, timeoutMs: 5_000, replicas: 0, replicaPatienceMs: 2_000 },
        ...{ durability: "commit", expires: false, now: Date.now },
      });
      const sizes = [await compareSizes(seed, embedded), await compareSizes(seed, shared)];
      assert.equal(sizes[0], sizes[1]);
      await Promise.all([embedded.close(), shared.close()]);
      await cluster.empty();
    }
  } finally {
    await cluster.stop();
  }
});

test("what a change adds to a segment and takes from it is who is in it only after, and only before", async () => {
  let moved = 0;
  let unchanged = 0;
  for (let seed = 101; seed <= 112; seed++) {
    const random = seededRandom(seed);
    const old = randomWorkspace(random);
    const store = new MemoryVisitorStore();
    const population = await populate(store, old, random);
    const next = changed(old, random);
    const [before, after] = [old, next].map(definitionsOf);
    assert.ok(before && after);
    const world = counting(store, population.now);
    const bases = [basesOfSegments(before), basesOfSegments(after)] as const;
    const isAffected = (sid: number) => bases[0].get(sid) !== bases[1].get(sid);
    const counted = {
      before: compileCounted(definitionsOfSegments(before, isAffected)),
      after: compileCounted(definitionsOfSegments(after, isAffected)),
    };
    const { segments } = await countPopulation(counted, world);
    const partners = [partnerOf(old), partnerOf(next)] as const;
    const sids = new Set([...partners[0].segments.keys(), ...partners[1].segments.keys()]);
    for (const sid of sids) {
      const was = await membersOf(store, partners[0], population, sid);
      const is = await membersOf(store, partners[1], population, sid);
      const added = is.difference(was).size;
      const removed = was.difference(is).size;
      const what = `seed ${seed}, segment ${sid}`;
      if (isAffected(sid)) {
        const expected = { before: was.size, after: is.size, added, removed };
        assert.deepEqual(segments.get(sid), expected, what);
        moved += added + removed;
      } else {
        assert.deepEqual([segments.get(sid), added, removed], [undefined, 0, 0], what);
        unchanged++;
      }
    }
  }
  assert.ok(moved > 100 && unchanged > 20);
});
