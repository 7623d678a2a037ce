import assert from "node:assert/strict";
import { it } from "node:test";
import { recordsOfLastIds } from "./last-ids.ts";

it("whoever goes leaves its ID behind in its space, and mappings in one of their own", () => {
  const changes = [
    { list: "traits", id: 5, kind: "deleted" },
    { list: "segments", id: 9, kind: "deleted" },
    { list: "segments", id: 7, kind: "deleted" },
    { list: "destinations", id: 3, kind: "updated", lostMappings: [10, 12] },
    { list: "destinations", id: 4, kind: "updated", lostMappings: [11] },
    { list: "folders", id: 2, kind: "updated" },
  ] as const;
  const last = (before: ReadonlyMap<string, number>) =>
    recordsOfLastIds(changes, before).map(({ id, value }) => [id, value]);
  assert.deepEqual(last(new Map()), [
    ["sid", 9],
    ["mappings", 12],
  ]);
  // What is greater already stays.
  assert.deepEqual(
    last(
      new Map([
        ["sid", 20],
        ["mappings", 12],
      ]),
    ),
    [],
  );
});
