// Processes that a test started and forgot. They are found by a mark in their environment, which
// whatever they start inherits, in whatever group it puts itself. Where there is no /proc nothing is found.

import { existsSync, readdirSync, readFileSync } from "node:fs";

export const MARK = "DUNLIN_TEST_RUN";

/** Ends every process whose mark begins so, but for the one that asks. */
export function killMarked(mark: string): void {
  if (!existsSync("/proc/self/environ")) return;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === process.pid) continue;
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "latin1");
      if (environment.includes(`${MARK}=${mark}`)) process.kill(Number(pid), "SIGKILL");
    } catch {
      // It ended meanwhile, or it is somebody else's.
    }
  }
}
