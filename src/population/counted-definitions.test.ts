import assert from "node:assert/strict";
import { test } from "node:test";
import { type PartnerDefinitions, partition } from "../catalog/partner-definitions.ts";
import { readWorkspace } from "../catalog/read-workspace.ts";
import { basesOfSegments, definitionsOfSegments } from "./population.ts";

const owner = { pid: 1957, dataSourceId: 1002 };
const trait = (sid: number, more: object = {}) => ({
  ...{ ...owner, sid, name: `Trait ${sid}`, traitRule: `t == "${sid}"` },
  ...more,
});
const segment = (sid: number, segmentRule: string, more: object = {}) => ({
  ...{ ...owner, sid, name: `Segment ${sid}`, segmentRule },
  ...more,
});

const DOCUMENT = {
  partners: [{ pid: 1957, alias: "alpha", name: "Alpha", orgId: `${"0".repeat(24)}@AdobeOrg` }],
  dataSources: [
    { dataSourceId: 1001, pid: 1957, name: "CRM", idType: "CROSS_DEVICE" },
    { dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" },
  ],
  folders: [
    { folderId: 1, pid: 1957, name: "Cars", parentFolderId: 0, traitSid: 600 },
    { folderId: 2, pid: 1957, name: "Red cars", parentFolderId: 1, traitSid: 601 },
  ],
  traits: [trait(1, { folderId: 1 }), trait(2, { folderId: 2 }), trait(3), trait(4)],
  mergeRules: [
    { mergeRuleId: 10, pid: 1957, name: "Device", crossDevice: "NONE", device: "DEVICE" },
    {
      ...{ mergeRuleId: 11, pid: 1957, name: "Known", crossDevice: "LAST", device: "DEVICE" },
      dataSourceIds: [1001],
    },
  ],
  segments: [
    segment(9, "600T AND NOT 4T"),
    segment(10, "3T", { mergeRuleId: 11 }),
    segment(11, "4T", { status: "INACTIVE" }),
  ],
};

function definitionsOf(changes: object = {}): PartnerDefinitions {
  const read = readWorkspace({ ...DOCUMENT, ...changes });
  assert.ok(read.ok, JSON.stringify(read));
  const [definitions] = partition(read.value.workspace);
  assert.ok(definitions);
  return definitions;
}

test("of traits those are kept that rules name, and those in the folders that they name", () => {
  const { traits, segments } = definitionsOfSegments(definitionsOf(), (sid) => sid === 9);
  assert.deepEqual(
    traits.map(({ sid }) => sid),
    [1, 2, 4],
  );
  assert.deepEqual(
    segments.map(({ sid }) => sid),
    [9],
  );
});

/** The segments whose basis is another one after a change. */
function affectedBy(changes: object): number[] {
  const before = basesOfSegments(definitionsOf());
  const after = basesOfSegments(definitionsOf(changes));
  return [...before.keys()].filter((sid) => before.get(sid) !== after.get(sid));
}

test("a segment rests on its rule, its merge rule, and what both reach", () => {
  const [first, second, third, fourth] = DOCUMENT.traits;
  const [crm, site] = DOCUMENT.dataSources;
  const [device, known] = DOCUMENT.mergeRules;
  assert.deepEqual(affectedBy({}), []);
  assert.deepEqual(affectedBy({ traits: [first, { ...second, ttl: 3 }, third, fourth] }), [9]);
  const moved = [{ ...first, folderId: 0 }, second, third, fourth];
  assert.deepEqual(affectedBy({ traits: moved }), [9]);
  assert.deepEqual(affectedBy({ dataSources: [{ ...crm, retentionMonths: 3 }, site] }), [10]);
  const asDevice = { ...known, crossDevice: "NONE", dataSourceIds: [] };
  assert.deepEqual(affectedBy({ mergeRules: [device, asDevice] }), [10]);
  assert.deepEqual(affectedBy({ mergeRules: [device, { ...known, default: true }] }), [9]);
});

test("what cannot change an answer is no part of what a segment rests on", () => {
  const [first, second, third, fourth] = DOCUMENT.traits;
  const renamed = [{ ...first, name: "Other", traitRule: 'x == "1"' }, second, third, fourth];
  assert.deepEqual(affectedBy({ traits: renamed }), []);
  assert.deepEqual(affectedBy({ traits: [first, second, third, { ...fourth, ttl: 5 }] }), [9]);
  const [nine, ten, eleven] = DOCUMENT.segments;
  assert.deepEqual(affectedBy({ segments: [nine, ten, { ...eleven, segmentRule: "3T" }] }), []);
});
