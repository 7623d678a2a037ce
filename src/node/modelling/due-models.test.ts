import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelRun } from "../../control/model-runs.ts";
import { DAY_MS } from "../../model/time.ts";
import { type DueQuestion, isDue, isInVain, nightOf } from "./due-models.ts";

const NIGHT = Date.UTC(2026, 0, 10, 2);
const WEEK = 604_800;

function ran(daysAgo: number, status: ModelRun["status"] = "SUCCESS"): ModelRun {
  return { at: NIGHT - daysAgo * DAY_MS + 60_000, status, reason: null };
}

function due(runs: readonly ModelRun[], changes: Partial<DueQuestion> = {}): boolean {
  return isDue({
    model: { status: "ACTIVE", intervalSeconds: WEEK },
    runs: { runs, latest: null },
    isUsed: true,
    now: NIGHT + 1_000,
    ...changes,
  });
}

test("a night begins at two o'clock UTC", () => {
  assert.equal(nightOf(NIGHT), NIGHT);
  assert.equal(nightOf(NIGHT - 1), NIGHT - DAY_MS);
  assert.equal(nightOf(NIGHT + DAY_MS - 1), NIGHT);
});

test("models run when they never did, when the last run failed, and a week after a success", () => {
  assert.equal(due([]), true);
  assert.equal(due([], { isUsed: false }), true);
  assert.equal(due([ran(1, "FAILED")], { isUsed: false }), true);
  assert.equal(due([ran(1, "NO_DATA")], { isUsed: false }), true);
  assert.equal(due([ran(6)]), false);
  assert.equal(due([ran(7)]), true);
  assert.equal(due([ran(1)], { model: { status: "ACTIVE", intervalSeconds: 86_400 } }), true);
});

test("a model that no active trait names runs once; an inactive one not at all; nothing twice a night", () => {
  assert.equal(due([ran(30)], { isUsed: false }), false);
  assert.equal(due([], { model: { status: "INACTIVE", intervalSeconds: WEEK } }), false);
  assert.equal(due([ran(0, "FAILED")], { now: NIGHT + 120_000 }), false);
  assert.equal(due([ran(0, "FAILED")], { now: NIGHT + DAY_MS }), true);
});

test("three runs without data are enough", () => {
  const none = ran(1, "NO_DATA");
  assert.equal(isInVain({ runs: [none, none, none], latest: null }), true);
  assert.equal(isInVain({ runs: [none, none], latest: null }), false);
  assert.equal(isInVain({ runs: [none, ran(2), none, none], latest: null }), false);
});
