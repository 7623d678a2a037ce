import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  asDataSourceId,
  asPartnerId,
  asSegmentId,
  asTraitId,
  parseDeviceId,
} from "../model/ids.ts";
import { DAY_MS } from "../model/time.ts";
import { NO_KEY } from "../rules/trait-index/key-names.ts";
import { aDocument, aPartner, aSegment, aTrait, plant } from "./builders.ts";
import { compileSnapshot } from "./compile.ts";
import { readWorkspace } from "./read-workspace.ts";
import type { CatalogSnapshot, PartnerCatalog } from "./snapshot.ts";

const SECRET = new Uint8Array(32).fill(7);

/** The sample document with some places changed, compiled. */
function compile(
  changes: Readonly<Record<string, unknown>> = {},
  previous?: CatalogSnapshot,
): CatalogSnapshot {
  const document = aDocument();
  for (const [pointer, value] of Object.entries(changes)) plant(document, pointer, value);
  const read = readWorkspace(document);
  assert.ok(read.ok, read.ok ? "" : JSON.stringify(read.error));
  const options = { revision: 3, secret: SECRET };
  const all = previous === undefined ? options : { ...options, previous };
  return compileSnapshot(read.value.workspace, all);
}

function partnerOf(snapshot: CatalogSnapshot, pid = 1957): PartnerCatalog {
  const partner = snapshot.partnersById.get(asPartnerId(pid));
  assert.ok(partner !== undefined);
  return partner;
}

describe("a snapshot finds partners", () => {
  const snapshot = compile({ "/partners/0/hostnames": ["Metrics.Alpha.example"] });
  const alpha = partnerOf(snapshot);

  it("by alias and by host name in lower case, by org ID as it is", () => {
    assert.equal(snapshot.partnersByAlias.get("alpha"), alpha);
    assert.equal(snapshot.partnersByAlias.get("Alpha"), undefined);
    assert.equal(snapshot.partnersByHostname.get("metrics.alpha.example"), alpha);
    assert.equal(snapshot.partnersByOrgId.get("A1B2C3D4E5F60718293A4B5C@AdobeOrg"), alpha);
    assert.equal(snapshot.partnersByOrgId.get("a1b2c3d4e5f60718293a4b5c@adobeorg"), undefined);
    assert.equal(alpha.definition.alias, "Alpha");
    assert.equal(snapshot.revision, 3);
    assert.ok(snapshot.serviceHosts.has("sync.example"));
  });

  it("each with a mapping of visitor IDs of its own", () => {
    const device = parseDeviceId("22920112968019678612904394744954398990");
    assert.ok(device !== null);
    const mids = [alpha, partnerOf(snapshot, 2948)].map(({ ids }) => ids.midOf(device));
    assert.notEqual(mids[0], mids[1]);
    const again = compileSnapshot(
      { ...emptyWorkspace(), partners: [alpha.definition] },
      { revision: 1, secret: SECRET },
    );
    assert.equal(partnerOf(again).ids.midOf(device), mids[0]);
  });
});

function emptyWorkspace() {
  const read = readWorkspace({});
  assert.ok(read.ok);
  return read.value.workspace;
}

describe("the data sources of a partner", () => {
  it("are its own, the shared and the built-in, and nobody else's", () => {
    const { dataSources } = partnerOf(compile());
    for (const id of [0, 1001, 411, 20914, 20920, 1171489]) {
      assert.ok(dataSources.has(asDataSourceId(id)), `${id}`);
    }
    assert.equal(dataSources.has(asDataSourceId(2001)), false);
  });

  it("are found by integration code, its own before the shared", () => {
    const changes = {
      "/dataSources/0/integrationCode": "sync",
      "/dataSources/1/integrationCode": "DSID_20915",
    };
    const snapshot = compile(changes);
    const alpha = partnerOf(snapshot).dataSourcesByCode;
    assert.equal(alpha.get("sync"), 1001);
    assert.equal(alpha.get("DSID_20915"), 1002);
    assert.equal(alpha.get("DSID_20914"), 20914);
    assert.equal(alpha.get("SYNC"), undefined);
    const beta = partnerOf(snapshot, 2948).dataSourcesByCode;
    assert.equal(beta.get("sync"), 411);
    assert.equal(beta.get("DSID_20915"), 20915);
  });
});

describe("the data sources of a whole workspace", () => {
  const snapshot = compile({ "/dataSources/0/integrationCode": "sync" });

  it("are known with their owners, so that another's is told from nobody's", () => {
    const ownerOf = (id: number) => snapshot.dataSources.get(asDataSourceId(id))?.pid;
    assert.equal(ownerOf(1001), 1957);
    assert.equal(ownerOf(2001), 2948);
    assert.equal(ownerOf(411), null);
    assert.equal(ownerOf(20914), null);
    assert.equal(ownerOf(999999), undefined);
  });

  it("are found by code where they are shared, whatever partners call their own", () => {
    const byCode = snapshot.sharedDataSourcesByCode;
    assert.equal(byCode.get("sync"), 411);
    assert.equal(byCode.get("DSID_20915"), 20915);
    assert.equal(byCode.get("crm"), undefined);
  });
});

const signalsOf = (key: string, value: string) => ({
  keys: [key],
  values: [value],
  folded: [value.toLowerCase()],
});

describe("the traits of a partner", () => {
  it("are known with their facts, folder traits and inactive ones too", () => {
    const { traits } = partnerOf(compile({ "/traits/1/status": "INACTIVE" }));
    assert.deepEqual(traits.get(asTraitId(5002)), {
      sid: 5002,
      dataSourceId: 1002,
      traitType: "RULE_BASED_TRAIT",
      ttlDays: 120,
      active: false,
    });
    assert.equal(traits.get(asTraitId(5001))?.ttlDays, 30);
    assert.equal(traits.get(asTraitId(600))?.traitType, "FOLDER_TRAIT");
    assert.equal(traits.has(asTraitId(5101)), false);
    assert.equal(traits.has(asTraitId(602)), false);
  });

  it("are realized by calls where they are active, rule-based and have a rule", () => {
    const realized = (changes: Record<string, unknown>, key: string, value: string) =>
      partnerOf(compile(changes)).traitIndex.realized(signalsOf(key, value), null);
    assert.deepEqual(realized({}, "color", "BLUE"), [5001]);
    assert.deepEqual(realized({ "/traits/0/status": "inactive" }, "color", "blue"), []);
    assert.deepEqual(realized({}, "ic", "1"), []);
    assert.equal(partnerOf(compile()).traitIndex.keyNumber("ic"), NO_KEY);
  });

  it("compare as written where the partner says so", () => {
    const { traitIndex } = partnerOf(compile({ "/partners/0/caseSensitiveTraits": true }));
    const as = (value: string) => ({ keys: ["color"], values: [value], folded: [value] });
    assert.deepEqual(traitIndex.realized(as("blue"), null), [5001]);
    assert.deepEqual(traitIndex.realized(as("BLUE"), null), []);
  });
});

describe("the segments of a partner", () => {
  const now = Date.UTC(2026, 2, 1, 12);
  const profileWith = (sid: number, count: number) => ({
    lastSeen: now,
    traits: [
      { sid: asTraitId(sid), first: now, last: now, days: [Math.floor(now / DAY_MS), count] },
    ],
    membership: [],
  });
  const qualified = (partner: PartnerCatalog, sid: number, count: number) =>
    partner.segmentGroups.flatMap(
      ({ index }) => index.qualified(profileWith(sid, count), now).segments,
    );

  it("are grouped by merge rule; those that name none follow the default rule", () => {
    const { segmentGroups, segments } = partnerOf(compile());
    const ids = segmentGroups.map(({ mergeRule }) => mergeRule.mergeRuleId);
    assert.deepEqual(ids.sort(), [10, 11]);
    assert.equal(segments.get(asSegmentId(9001))?.legacyId, 77);
    assert.equal(segments.get(asSegmentId(9002))?.legacyId, 9002);
    assert.equal(segments.get(asSegmentId(9002))?.mergeRule.mergeRuleId, 11);
  });

  it("follow the rule with the smallest ID where none is marked", () => {
    const changes = { "/mergeRules/1/default": false };
    const { segments } = partnerOf(compile(changes));
    assert.equal(segments.get(asSegmentId(9002))?.mergeRule.mergeRuleId, 10);
  });

  it('follow the built-in rule "Device" where the partner has none', () => {
    const changes = { "/mergeRules": [], "/segments/0/mergeRuleId": null };
    const { segments, segmentGroups } = partnerOf(compile(changes));
    assert.equal(segmentGroups.length, 1);
    const rule = segments.get(asSegmentId(9001))?.mergeRule;
    assert.deepEqual(
      [rule?.mergeRuleId, rule?.name, rule?.crossDevice, rule?.device, rule?.default],
      [0, "Device", "NONE", "DEVICE", true],
    );
  });

  it("are held over the members of a folder and of the folders below it", () => {
    const partner = partnerOf(compile());
    assert.deepEqual(qualified(partner, 5001, 2), [9001, 9002]);
    assert.deepEqual(qualified(partner, 5002, 2), [9002]);
    assert.deepEqual(qualified(partner, 5002, 1), []);
    assert.deepEqual(qualified(partner, 5003, 9), []);
  });

  it("are set apart while they are paused", () => {
    const partner = partnerOf(compile({ "/segments/0/status": "INACTIVE" }));
    assert.deepEqual([...partner.pausedSegments], [9001]);
    assert.equal(partner.segments.has(asSegmentId(9001)), false);
    assert.deepEqual(qualified(partner, 5001, 2), [9002]);
  });

  it("say how many days of history there must be: 120 and some slack, or the longest recency", () => {
    const recency = (days: number) => `NOT frequency([5001T] <= ${days}D) >= 2 AND 5001T`;
    const daysFor = (rule: string) =>
      partnerOf(compile({ "/segments/1/segmentRule": rule })).historyDays;
    assert.equal(daysFor("5001T"), 122);
    assert.equal(daysFor(recency(90)), 122);
    assert.equal(daysFor(recency(3650)), 3652);
  });
});

describe("what else a partner's calls need", () => {
  const { derivedSignals, destinations } = partnerOf(compile());

  it("are its derived signals and its destinations", () => {
    assert.deepEqual(derivedSignals.get("sku")?.get("1234"), [
      { key: "camera", value: "brand x", folded: "brand x" },
    ]);
    assert.equal(destinations.isEmpty, false);
    assert.equal(partnerOf(compile(), 2948).destinations.isEmpty, true);
  });
});

describe("a snapshot after another", () => {
  const before = compile();

  it("keeps the catalogs of partners whose definitions are the same", () => {
    const after = compile({ "/segments/2/segmentRule": "NOT NOT 5101T" }, before);
    assert.equal(partnerOf(after), partnerOf(before));
    assert.notEqual(partnerOf(after, 2948), partnerOf(before, 2948));
  });

  it("compiles everybody again when a shared data source changes", () => {
    const after = compile({ "/dataSources/5/maySync": true }, before);
    assert.notEqual(partnerOf(after), partnerOf(before));
    assert.equal(partnerOf(after).dataSources.get(asDataSourceId(411))?.maySync, true);
  });

  it("forgets partners that are gone and knows those that are new", () => {
    const read = readWorkspace({
      partners: [aPartner(1), aPartner(2)],
      traits: [aTrait(1, { pid: 1, dataSourceId: 20914 })],
      segments: [aSegment(2, "1T", { pid: 1, dataSourceId: 20914 })],
    });
    assert.ok(read.ok);
    const after = compileSnapshot(read.value.workspace, {
      revision: 4,
      secret: SECRET,
      previous: before,
    });
    assert.deepEqual([...after.partnersById.keys()], [1, 2]);
    assert.deepEqual([...after.partnersByAlias.keys()], ["partner1", "partner2"]);
  });
});
