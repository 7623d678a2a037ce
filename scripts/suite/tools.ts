// The type checker and the linter, as commands that report.

import { spawn } from "node:child_process";
import { join } from "node:path";

export interface ToolReport {
  readonly ok: boolean;
  /** Everything that the tool printed. */
  readonly output: string;
}

export function checkTypes(root: string): Promise<ToolReport> {
  return runTool(root, ["typescript", "bin", "tsc"], ["--pretty", "false"]);
}

export function lint(root: string): Promise<ToolReport> {
  return runTool(root, ["@biomejs", "biome", "bin", "biome"], ["check", "--colors=off"]);
}

function runTool(root: string, path: readonly string[], args: string[]): Promise<ToolReport> {
  const script = join(root, "node_modules", ...path);
  const child = spawn(process.execPath, [script, ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}
