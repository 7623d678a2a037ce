// Runs test files with Node's own runner and leaves nothing behind: neither a hanging file nor a
// server that a test forgot to stop.

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { killMarked, MARK } from "./leftovers.ts";

export interface TestRun {
  readonly root: string;
  readonly files: readonly string[];
  readonly reporter: "spec" | "dot";
  readonly concurrency: number;
  /** How long one file may take. */
  readonly fileLimitMs: number;
  /** How long all of them may take. */
  readonly limitMs: number;
  onOutput(text: string): void;
}

/** Gives whether every test passed. */
export async function runTests(run: TestRun): Promise<boolean> {
  const marker = randomUUID();
  // A group of its own, so that it can be ended together with what it started.
  const child = spawn(process.execPath, runnerArguments(run), {
    cwd: run.root,
    env: cleanEnvironment(run, marker),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  child.stdout.setEncoding("utf8").on("data", run.onOutput);
  child.stderr.setEncoding("utf8").on("data", run.onOutput);

  let failedByLimit = false;
  const limit = setTimeout(() => {
    failedByLimit = true;
    run.onOutput(
      `\nThe suite did not end within ${run.limitMs / 60_000} minutes; it is stopped.\n`,
    );
    endGroup(child.pid, "SIGTERM");
  }, run.limitMs);
  const interrupted = (signal: NodeJS.Signals) => {
    endGroup(child.pid, "SIGKILL");
    killMarked(marker);
    process.kill(process.pid, signal);
  };
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);

  const code = await new Promise<number>((resolve) => {
    // "exit" and not "close": a server left behind may hold the pipes open.
    child.on("exit", (exitCode) => setImmediate(resolve, exitCode ?? 1));
  });
  clearTimeout(limit);
  process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
  endGroup(child.pid, "SIGKILL");
  killMarked(marker);
  await drained(child.stdout);
  return code === 0 && !failedByLimit;
}

function runnerArguments(run: TestRun): string[] {
  return [
    "--import",
    fileURLToPath(new URL("./file-limit.ts", import.meta.url)),
    "--test",
    `--test-concurrency=${run.concurrency}`,
    `--test-reporter=${run.reporter}`,
    ...run.files,
  ];
}

/** A run inside a test would take itself for a part of the outer run. */
const FOREIGN = new Set(["NODE_ENV", "NODE_OPTIONS", "NODE_TEST_CONTEXT"]);

/** What an operator's shell says about a node must not reach the nodes that tests start. */
function cleanEnvironment(run: TestRun, marker: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("DUNLIN_") && !FOREIGN.has(name),
  );
  return {
    ...Object.fromEntries(kept),
    [MARK]: marker,
    DUNLIN_TEST_FILE_LIMIT_MS: String(run.fileLimitMs),
    // Each file is a process; what one has stripped of types and compiled, the next takes as it is. Node
    // keys the entries by content, so none can be out of date.
    NODE_COMPILE_CACHE: join(run.root, "node_modules/.cache/compiled"),
  };
}

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in it.
  }
}

/** Waits until what was written has been read. Killed writers have closed their ends by now. */
function drained(
  stream: NodeJS.ReadableStream & { readonly readableEnded: boolean },
): Promise<void> {
  if (stream.readableEnded) return Promise.resolve();
  return new Promise((resolve) => stream.once("end", resolve));
}
