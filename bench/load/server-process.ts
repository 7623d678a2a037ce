// A server under measurement: a process of its own, on the first core, that says on standard output when it
// is ready. The client has the last core.

import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";

export const SERVER_CORE = 0;
export const CLIENT_CORE = cpus().length - 1;

const READY_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 15_000;
/** The kernel counts CPU time in these; Linux on every platform that Node supports has 100 a second. */
const TICK_MS = 10;

export interface ServerProcess {
  /** Base URL that takes the load. */
  readonly url: string;
  /** User and system CPU time of the process and all its children so far. */
  cpuMs(): number;
  stop(): Promise<void>;
}

/** Starts `node <args>`; its first line on standard output must be JSON with its URL as `collect`. */
export async function startServer(args: readonly string[]): Promise<ServerProcess> {
  const child = spawn("taskset", ["-c", String(SERVER_CORE), process.execPath, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-4_000);
  });
  const stop = () => stopProcess(child);
  try {
    const ready = await firstLine(child, () => errors);
    const { collect }: { collect?: unknown } = JSON.parse(ready);
    if (typeof collect !== "string") throw new Error(`No address in the ready line: ${ready}`);
    return { url: collect, cpuMs: () => treeCpuMs(child.pid ?? 0), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function firstLine(child: ChildProcess, errors: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${why}\n${errors()}`));
    const limit = setTimeout(() => fail("The server did not become ready."), READY_LIMIT_MS);
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const end = output.indexOf("\n");
      if (end < 0) return;
      clearTimeout(limit);
      resolve(output.slice(0, end));
    });
    child.once("exit", (code) => {
      clearTimeout(limit);
      fail(`The server ended with code ${code} before it was ready.`);
    });
  });
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const limit = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
  await ended;
  clearTimeout(limit);
}

function treeCpuMs(root: number): number {
  const childrenOf = new Map<number, number[]>();
  const cpuOf = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? readStat(name) : null;
    if (stat === null) continue;
    const pid = Number(name);
    cpuOf.set(pid, stat.cpuMs);
    childrenOf.set(stat.parent, [...(childrenOf.get(stat.parent) ?? []), pid]);
  }
  const total = (pid: number): number =>
    (cpuOf.get(pid) ?? 0) +
    (childrenOf.get(pid) ?? []).reduce((sum, child) => sum + total(child), 0);
  return total(root);
}

function readStat(pid: string): { parent: number; cpuMs: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in the second field may hold blanks; the fields after it do not.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { parent: Number(fields[1]), cpuMs: ticks * TICK_MS };
  } catch {
    return null; // It ended meanwhile.
  }
}
