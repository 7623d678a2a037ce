import assert from "node:assert/strict";
import { test } from "node:test";
import { CATEGORIES, TOP } from "./categories.ts";

test("categories have IDs of their own from 1 on, and lie on two levels", () => {
  const ids = CATEGORIES.map(({ categoryID }) => categoryID).sort((a, b) => a - b);
  assert.deepEqual(
    ids,
    ids.map((_, place) => place + 1),
  );
  const top = new Set(
    CATEGORIES.filter(({ parentCategoryID }) => parentCategoryID === TOP).map(
      ({ categoryID }) => categoryID,
    ),
  );
  for (const { parentCategoryID: parent, name } of CATEGORIES) {
    assert.ok(parent === TOP || top.has(parent), name);
    assert.ok(name.length > 0 && name.length <= 255);
  }
  assert.equal(CATEGORIES[0]?.name, "Arts & Entertainment");
});
