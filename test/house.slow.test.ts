import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { checkTypes, lint } from "../scripts/suite/tools.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

test("the type checker finds nothing", async () => {
  const report = await checkTypes(root);
  assert.ok(report.ok, report.output);
});

test("the formatter and linter finds nothing", async () => {
  const report = await lint(root);
  assert.ok(report.ok, report.output);
});
