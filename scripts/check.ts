// `npm run check`: types, lint, house rules and unit tests in under half a minute, for use before each
// commit. `npm run check -- rules` runs only the tests whose path holds "rules".

import { fileURLToPath } from "node:url";
import { runTests } from "./suite/run-tests.ts";
import { findTestFiles } from "./suite/test-files.ts";
import { checkTypes, lint, type ToolReport } from "./suite/tools.ts";

const FILE_LIMIT_MS = 30_000;
const LIMIT_MS = 120_000;

const root = fileURLToPath(new URL("..", import.meta.url));

interface Part {
  readonly name: string;
  readonly report: ToolReport;
  readonly seconds: number;
}

async function timed(name: string, work: Promise<ToolReport>): Promise<Part> {
  const began = performance.now();
  const report = await work;
  return { name, report, seconds: (performance.now() - began) / 1_000 };
}

async function unitTests(): Promise<ToolReport> {
  const files = findTestFiles(root, { slowOnes: false, named: process.argv.slice(2) });
  if (files.length === 0) return { ok: false, output: "No test file has such a name.\n" };
  let output = "";
  const ok = await runTests({
    root,
    files,
    reporter: "spec",
    concurrency: 2,
    fileLimitMs: FILE_LIMIT_MS,
    limitMs: LIMIT_MS,
    onOutput: (text) => {
      output += text;
    },
  });
  return { ok, output };
}

/** What is worth reading of a report: of a failed test run, from the first failure on. */
function worthReading(part: Part): string {
  const failures = part.report.output.indexOf("✖ failing tests:");
  return failures < 0 ? part.report.output : part.report.output.slice(failures);
}

function summary(part: Part): string {
  const count = /^ℹ pass (\d+)$/m.exec(part.report.output)?.[1];
  const tests = count === undefined ? "" : `  ${count} passed`;
  const verdict = part.report.ok ? "ok    " : "FAILED";
  return `${part.name.padEnd(6)} ${verdict} ${part.seconds.toFixed(1).padStart(5)} s${tests}`;
}

const parts = await Promise.all([
  timed("types", checkTypes(root)),
  timed("lint", lint(root)),
  timed("tests", unitTests()),
]);
const failed = parts.filter((part) => !part.report.ok);
for (const part of failed) console.log(`\n${part.name}:\n${worthReading(part)}`);
for (const part of parts) console.log(summary(part));
process.exitCode = failed.length === 0 ? 0 : 1;
