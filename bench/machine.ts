// On what a result was measured: without it a figure means nothing later.

import { spawnSync } from "node:child_process";
import { cpus, release, totalmem } from "node:os";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
  readonly wrk: string;
  readonly commit: string;
  /** Whether the tree held changes that the commit does not. */
  readonly changed: boolean;
}

export function describeMachine(root: string): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    wrk: firstLine("wrk", ["--version"], root),
    commit: firstLine("git", ["rev-parse", "--short=12", "HEAD"], root),
    changed: firstLine("git", ["status", "--porcelain", "--", "src", "contract"], root) !== "",
  };
}

function firstLine(command: string, args: readonly string[], cwd: string): string {
  const { stdout } = spawnSync(command, args, { cwd, encoding: "utf8" });
  return (stdout ?? "").split("\n")[0]?.trim() ?? "";
}
