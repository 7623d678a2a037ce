// Kills workers, primaries and whole nodes under load as often as one likes:
//
//     node scripts/kill-cycles.ts --cycles 1000 [--seed 1]
//
// Prints a line a cycle. Stops at the first call that was answered and is not counted once, says which,
// and ends with 1.

import { parseArgs } from "node:util";
import { killAgainAndAgain } from "../test/support/kill-cycles.ts";

const { values } = parseArgs({
  options: {
    cycles: { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
  },
});

const report = await killAgainAndAgain({
  cycles: countOf(values.cycles, "--cycles"),
  seed: countOf(values.seed, "--seed"),
  onCycle: (line) => console.log(line),
});
console.log(JSON.stringify(report));

function countOf(text: string, option: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new Error(`${option} is a whole number from 1 on, not ${text}.`);
  }
  return count;
}
