// `npm test`: everything. Types and lint run as tests of the house (test/house.slow.test.ts), so that
// the counts at the end are the whole truth. `npm test -- journeys` runs only the files whose path
// holds "journeys".

import { fileURLToPath } from "node:url";
import { runTests } from "./suite/run-tests.ts";
import { findTestFiles } from "./suite/test-files.ts";

const FILE_LIMIT_MS = 5 * 60_000;
const LIMIT_MS = 15 * 60_000;

const root = fileURLToPath(new URL("..", import.meta.url));
const files = findTestFiles(root, { slowOnes: true, named: process.argv.slice(2) });
if (files.length === 0) {
  console.error("No test file has such a name.");
  process.exit(1);
}
// Nothing is printed after the runner: its closing lines are the result.
const passed = await runTests({
  root,
  files,
  reporter: "spec",
  concurrency: 2,
  fileLimitMs: FILE_LIMIT_MS,
  limitMs: LIMIT_MS,
  onOutput: (text) => process.stdout.write(text),
});
process.exitCode = passed ? 0 : 1;
