import assert from "node:assert/strict";
import { test } from "node:test";
import { applyListOptions, listPlain, type Query, readListOptions } from "./list-options.ts";

const ITEMS = [
  { sid: 3, name: "Blue", folder: { path: "/All/Shoes" }, ttl: null },
  { sid: 1, name: "anna", folder: { path: "/All" }, ttl: 7 },
  { sid: 2, name: "Carl", folder: { path: "/All" }, ttl: 0 },
];

function list(query: Query) {
  const options = readListOptions(query, ["sid", "name", "ttl"]);
  assert.ok(options.ok, JSON.stringify(options));
  return applyListOptions(ITEMS, options.value, (item) => item);
}

const sids = (answer: unknown) =>
  (Array.isArray(answer) ? answer : (answer as { list: { sid: number }[] }).list).map(
    ({ sid }: { sid: number }) => sid,
  );

test("a list is bare without page and pageSize, and a page with either", () => {
  assert.deepEqual(list({}), ITEMS);
  assert.deepEqual(list({ page: "0" }), { total: 3, page: 0, pageSize: 10, list: ITEMS });
  assert.deepEqual(list({ pageSize: "2" }), {
    total: 3,
    page: 0,
    pageSize: 2,
    list: ITEMS.slice(0, 2),
  });
  assert.deepEqual(list({ page: "1", pageSize: "2" }), {
    total: 3,
    page: 1,
    pageSize: 2,
    list: ITEMS.slice(2),
  });
  assert.deepEqual(sids(list({ page: "9" })), []);
});

test("a list is ordered by numbers or letters, with nothing last either way", () => {
  assert.deepEqual(sids(list({ sortBy: "sid" })), [1, 2, 3]);
  assert.deepEqual(sids(list({ sortBy: "sid", descending: "true" })), [3, 2, 1]);
  assert.deepEqual(sids(list({ sortBy: "name" })), [1, 3, 2]);
  assert.deepEqual(sids(list({ sortBy: "ttl" })), [2, 1, 3]);
  assert.deepEqual(sids(list({ sortBy: "ttl", descending: "" })), [1, 2, 3]);
});

test("a search looks at every value, whatever the case, and the total counts what it leaves", () => {
  assert.deepEqual(sids(list({ search: "SHOES" })), [3]);
  assert.deepEqual(sids(list({ search: "a" })), [3, 1, 2]);
  assert.deepEqual(sids(list({ search: "1" })), [1]);
  assert.deepEqual(list({ search: "all", pageSize: "1", page: "1" }), {
    total: 3,
    page: 1,
    pageSize: 1,
    list: [ITEMS[1]],
  });
});

test("options that cannot be meant are named, all of them", () => {
  const faulty = { page: "-1", pageSize: "1001", sortBy: "__proto__", descending: "perhaps" };
  const options = readListOptions(faulty, ["sid"]);
  assert.ok(!options.ok);
  assert.deepEqual(
    options.error.map(({ at }) => at),
    ["/page", "/pageSize", "/descending", "/sortBy"],
  );
  assert.equal(options.error[3]?.message, "Expected `sortBy` to be one of sid.");
});

/** A list of which the caller may change whatever has a time to live. */
function plain(query: Query) {
  const listed = listPlain(query, {
    items: ITEMS,
    keys: ["sid", "name", "ttl"],
    permissionsOn: ({ ttl }) => (ttl === null ? ["READ"] : ["READ", "WRITE"]),
    show: ({ sid }) => ({ sid }),
  });
  return listed.ok ? listed.value : listed.error.map(({ at }) => at);
}

test("a list holds what the caller may do all that is asked to, and says what that is", () => {
  assert.deepEqual(plain({}), [{ sid: 3 }, { sid: 1 }, { sid: 2 }]);
  assert.deepEqual(plain({ permissions: "WRITE" }), [{ sid: 1 }, { sid: 2 }]);
  assert.deepEqual(plain({ permission: "WRITE" }), [{ sid: 1 }, { sid: 2 }]);
  assert.deepEqual(plain({ permissions: ["READ", "WRITE"], pageSize: "1" }), {
    ...{ total: 2, page: 0, pageSize: 1 },
    list: [{ sid: 1 }],
  });
  assert.deepEqual(plain({ permissions: "READ,DELETE" }), []);
  assert.deepEqual(plain({ includePermissions: "true", search: "3" }), [
    { sid: 3, permissions: ["READ"] },
  ]);
  assert.deepEqual(plain({ permissions: "FLY", permission: "READ,", page: "x" }), [
    ...["/page", "/permissions", "/permission"],
  ]);
});
