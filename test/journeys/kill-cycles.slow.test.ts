// kill -9 of a worker, of the one that takes its place, of the primary or of the whole node while calls are under way: every realization
// that was answered is counted once, and none twice. `scripts/kill-cycles.ts` runs more of the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { killAgainAndAgain } from "../support/kill-cycles.ts";

const CYCLES = 50;
const SEED = 1207;

test(`${CYCLES} times killed under load: what was answered is counted once and only once`, async () => {
  const { kills, answered, cutOff } = await killAgainAndAgain({ cycles: CYCLES, seed: SEED });
  // The run was about something: every kind of death, while calls were under way.
  assert.ok(
    Object.values(kills).every((count) => count >= 5),
    JSON.stringify(kills),
  );
  assert.ok(answered > 5_000 && cutOff > CYCLES, `${answered} answered, ${cutOff} cut off`);
});
