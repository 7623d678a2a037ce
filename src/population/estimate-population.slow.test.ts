import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../test/support/random.ts";
import { storeFolder } from "../../test/support/store-folder.ts";
import { partition } from "../catalog/partner-definitions.ts";
import { readWorkspace } from "../catalog/read-workspace.ts";
import { newDeviceId } from "../identity/new-device-id.ts";
import { asPartnerId, asSegmentId, asTraitId } from "../model/ids.ts";
import { DAY_MS } from "../model/time.ts";
import { openEnvironment } from "../stores/lmdb/environment.ts";
import { LmdbVisitorStore } from "../stores/lmdb/lmdb-visitor-store.ts";
import { estimateForBuilder, estimateSegment } from "./estimate-population.ts";
import { compileCounted, countPopulation, definitionsOfSegments } from "./population.ts";

const NOW = 20_000 * DAY_MS;
const PID = asPartnerId(1957);
const SEGMENT = asSegmentId(9);
const VISITORS = 40_000;
const owner = { pid: 1957, dataSourceId: 1002 };

const DOCUMENT = {
  partners: [{ pid: 1957, alias: "alpha", name: "Alpha", orgId: `${"0".repeat(24)}@AdobeOrg` }],
  dataSources: [{ dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" }],
  traits: [{ ...owner, sid: 1, name: "One", traitRule: 't == "1"' }],
  segments: [{ ...owner, sid: 9, name: "Ones", segmentRule: "1T" }],
};

function compiled() {
  const read = readWorkspace(DOCUMENT);
  assert.ok(read.ok);
  const [definitions] = partition(read.value.workspace);
  assert.ok(definitions);
  return compileCounted(definitionsOfSegments(definitions, () => true));
}

async function filledStore(): Promise<LmdbVisitorStore> {
  const random = seededRandom(3);
  const bytes = (count: number) => Uint8Array.from({ length: count }, () => random.below(256));
  const store = new LmdbVisitorStore(
    openEnvironment({ folder: storeFolder(), durability: "commit" }),
  );
  const commits = Array.from({ length: VISITORS }, () => {
    const key = { kind: "device", pid: PID, device: newDeviceId(bytes) } as const;
    const realized = random.chance(0.08) ? [{ sid: asTraitId(1), ttlDays: 0 }] : [];
    const delta = { at: NOW, realized, gained: [], lost: [], foldBeforeDay: 0 };
    return [{ key, delta }];
  });
  for (let at = 0; at < VISITORS; at += 1_000) {
    await Promise.all(commits.slice(at, at + 1_000).map((changes) => store.commit(changes)));
  }
  return store;
}

test("an estimate from a sample of a store holds the exact number in nine of ten draws or more", async () => {
  const store = await filledStore();
  const counted = { before: null, after: compiled() };
  const { signal } = new AbortController();
  const world = { store, now: NOW, signal, pause: async () => {} };
  const exact = await countPopulation(counted, { ...world, onProgress: () => {} });
  const truth = exact.segments.get(SEGMENT)?.after ?? 0;
  assert.ok(truth > 2_500 && truth < 4_000);
  const random = seededRandom(5);
  let covered = 0;
  let sum = 0;
  for (let draw = 0; draw < 200; draw++) {
    const { estimate, low, high, basedOn } = await estimateSegment(counted, SEGMENT, {
      ...world,
      random: () => random.next(),
    });
    assert.match(basedOn, /^a sample of [0-9]+ of 40000 profiles$/);
    if (low <= truth && truth <= high) covered++;
    sum += estimate;
  }
  assert.ok(covered >= 180, `${covered} of 200`);
  // Without bias: over many draws they agree.
  assert.ok(Math.abs(sum / 200 - truth) < 0.01 * truth, `${sum / 200}, not ${truth}`);
  const builder = { ...world, random: () => random.next() };
  const only = await estimateForBuilder(compiled(), SEGMENT, builder);
  const all = { estimate: truth, low: truth, high: truth };
  assert.deepEqual([only.total, only.realTime, only.basedOn], [all, all, "all 40000 profiles"]);
  await store.close();
});
