import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DAY_MS, declaredLifeDays, expiresAt, profileExpiresAt, utcDay } from "./time.ts";

interface Row {
  readonly id: string;
  readonly ttl: number;
  readonly lastRealized: string;
  /** Null: never. */
  readonly expiresAt: string | null;
  readonly hours?: number;
}

const url = new URL("../../cases/ttl.json", import.meta.url);
// The file is ours: its form is what the rows' interface says.
const rows = JSON.parse(readFileSync(url, "utf8")) as readonly Row[];

for (const row of rows) {
  test(`case ${row.id}: TTL ${row.ttl} from ${row.lastRealized} ends ${row.expiresAt}`, () => {
    const realizedAt = Date.parse(row.lastRealized);
    const end = expiresAt(realizedAt, row.ttl);
    const expected = row.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(row.expiresAt);
    assert.equal(end, expected);
    if (row.hours !== undefined) assert.equal((end - realizedAt) / 3_600_000, row.hours);
  });
}

test("a day begins at midnight UTC, before 1970 as well", () => {
  assert.equal(utcDay(0), 0);
  assert.equal(utcDay(DAY_MS - 1), 0);
  assert.equal(utcDay(DAY_MS), 1);
  assert.equal(utcDay(-1), -1);
});

test("a declared ID's profile lives for months of thirty days, and ends at a midnight", () => {
  const lastSeen = Date.parse("2024-01-01T15:00:00Z");
  const end = profileExpiresAt(lastSeen, declaredLifeDays(24));
  assert.equal(end, Date.parse("2024-01-02T00:00:00Z") + 720 * DAY_MS);
});
