import assert from "node:assert/strict";
import { test } from "node:test";
import { planText, readPlan } from "./plan-text.ts";

const mapping = (mappingId: number, more: object = {}) => ({
  ...{ mappingId, sid: 9000 + mappingId, startDate: null, valueAlias: `v${mappingId}`, ...more },
});

const planned = (fields: readonly object[], segments: readonly object[] = []) =>
  planText(
    readPlan({
      changes: { destinations: { created: 0, updated: 1, deleted: 0 } },
      objects: [{ list: "destinations", id: 7, name: "Cookie", change: "updated", pid: 1, fields }],
      ...{ segments, unchangedSegments: 2, notes: [], warnings: [] },
    }),
  );

test("of a list of objects only those are shown that came, went or changed", () => {
  const before = [mapping(1), mapping(2), mapping(3)];
  const after = [mapping(1), mapping(3, { valueAlias: "other" }), mapping(4)];
  assert.equal(
    planned([{ key: "mappings", before, after }]).split("\n\n")[0],
    [
      '~ destination 7 "Cookie"',
      '    - mappings: {"mappingId":2,"sid":9002,"valueAlias":"v2"}',
      '    - mappings: {"mappingId":3,"sid":9003,"valueAlias":"v3"}',
      '    + mappings: {"mappingId":3,"sid":9003,"valueAlias":"other"}',
      '    + mappings: {"mappingId":4,"sid":9004,"valueAlias":"v4"}',
    ].join("\n"),
  );
});

test("other values are shown whole, before and after", () => {
  const text = planned([
    { key: "siteIDs", before: [1, 2], after: [1] },
    { key: "name", before: "Cookie", after: "Jar" },
    { key: "mappings", before: [], after: null },
  ]);
  assert.match(text, /\n {4}- siteIDs: \[1,2\]\n {4}\+ siteIDs: \[1\]\n/);
  assert.match(text, /\n {4}- name: Cookie\n {4}\+ name: Jar\n/);
  assert.match(text, /\n {4}- mappings: \[\]\n {4}\+ mappings: null\n/);
});

test("visitors that nobody has counted have no columns of numbers", () => {
  const segment = { pid: 1, sid: 9001, name: "Blues", because: "its rule" };
  assert.match(
    planned([], [segment]),
    /\nVisitors may change, not counted:\n9001 Blues +its rule\n/,
  );
  const counted = { ...segment, before: 5, after: 3, added: 0, removed: 2 };
  assert.match(
    planned([], [counted]),
    /\nVisitors of +before +after +added +removed\n9001 Blues +5 +3 +0 +-2 {2}its rule\n/,
  );
});

test("nothing that others have named moves a terminal's cursor", () => {
  const name = "\u001b[2J\u009b1A\nBlues";
  const segment = { pid: 1, sid: 9001, name, because: "its rule" };
  const text = planned([{ key: "name", before: "Cookie", after: name }], [segment]);
  assert.doesNotMatch(text.replaceAll("\n", ""), /\p{Cc}/u);
  assert.match(text, /\n9001 {2}\[2J 1A Blues +its rule\n/);
});
