// Loaded into each test process before its file. A file that hangs must fail with a sentence that
// names it, and a server that it forgot must not keep the suite waiting: `node --test` limits tests, but
// waits for ever for a process and for whoever holds its output.

import { writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { killMarked, MARK } from "./leftovers.ts";

const file = process.argv[1] ?? "";
const limitMs = Number(process.env["DUNLIN_TEST_FILE_LIMIT_MS"]);
const runMark = process.env[MARK];

// Processes that a test forks are loaded with this as well; only the test itself is watched.
if (file.endsWith(".test.ts") && limitMs > 0 && runMark !== undefined) {
  const fileMark = `${runMark}.${process.pid}.`;
  process.env[MARK] = fileMark;
  process.on("exit", () => killMarked(fileMark));
  watch(fileMark);
}

function watch(fileMark: string): void {
  const timer = setTimeout(() => {
    const open = process.getActiveResourcesInfo().join(", ");
    writeSync(2, sentence(`it is still waiting, with these things open: ${open}`));
    killMarked(fileMark);
    process.kill(process.pid, "SIGKILL");
  }, limitMs);
  timer.unref();

  // A thread of its own notices a loop that never gives the timer its turn.
  const watchdog = new Worker(new URL("./file-watchdog.ts", import.meta.url), {
    execArgv: [],
    workerData: {
      limitMs: limitMs + 2_000,
      sentence: sentence("it runs without a pause"),
      fileMark,
    },
  });
  watchdog.unref();
}

function sentence(reason: string): string {
  return `\n${file} did not end within ${limitMs / 1_000} s: ${reason}.\n`;
}
