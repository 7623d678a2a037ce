import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { runTests } from "./run-tests.ts";

const folder = mkdtempSync(join(tmpdir(), "dunlin-suite-"));
after(() => rmSync(folder, { recursive: true }));

async function runFile(name: string, body: string): Promise<{ passed: boolean; output: string }> {
  const file = join(folder, name);
  writeFileSync(file, `import { test } from "node:test";\n${body}\n`);
  let output = "";
  const passed = await runTests({
    root: folder,
    files: [file],
    reporter: "spec",
    concurrency: 1,
    fileLimitMs: 1_000,
    limitMs: 60_000,
    onOutput: (text) => {
      output += text;
    },
  });
  return { passed, output };
}

test("a file whose tests pass, passes", async () => {
  const { passed, output } = await runFile("fine.test.ts", 'test("fine", () => {});');
  assert.ok(passed, output);
});

test("a file that leaves a timer running fails with a sentence that names it", async () => {
  const { passed, output } = await runFile(
    "open.test.ts",
    'test("fine", () => { setInterval(() => {}, 1_000); });',
  );
  assert.ok(!passed);
  assert.match(output, /open\.test\.ts did not end within 1 s: it is still waiting.*Timeout/);
});

test("a file that loops for ever fails too", async () => {
  const { passed, output } = await runFile("loop.test.ts", 'test("loops", () => { for (;;); });');
  assert.ok(!passed);
  assert.match(output, /loop\.test\.ts did not end within 1 s: it runs without a pause/);
});

test("a server that a test forgot is ended with the run", async () => {
  const pidFile = join(folder, "pid");
  const { passed } = await runFile(
    "forgets.test.ts",
    `import { spawn } from "node:child_process";
     import { writeFileSync } from "node:fs";
     test("forgets", () => {
       const child = spawn("sleep", ["600"], { detached: true, stdio: "inherit" });
       child.unref();
       writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
     });`,
  );
  assert.ok(passed);
  const pid = Number(readFileSync(pidFile, "utf8"));
  assert.ok(!isAlive(pid), `process ${pid} is still there`);
});

/** A killed process that nobody has waited for yet is dead all the same. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
