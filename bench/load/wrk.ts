// The client: wrk, one thread on a core of its own, with requests that were made beforehand.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { CLIENT_CORE } from "./server-process.ts";

const SCRIPT = fileURLToPath(new URL("./prepared-requests.lua", import.meta.url));

export interface Load {
  readonly url: string;
  /** File of prepared requests. */
  readonly requestFile: string;
  readonly connections: number;
  readonly seconds: number;
  /** How long each connection rests between calls; 0 asks for as many calls as possible. */
  readonly pauseMs: number;
}

export interface LoadResult {
  readonly calls: number;
  readonly callsPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

/** Throws when an answer was not a success: such figures would be worth nothing. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const args = ["-c", String(CLIENT_CORE), "wrk", "-t1", `-c${load.connections}`];
  args.push(`-d${load.seconds}s`, "-s", SCRIPT, load.url, "--");
  args.push(load.requestFile, String(load.pauseMs));
  const child = spawn("taskset", args, {
    env: { ...process.env, BENCH_PACED: load.pauseMs > 0 ? "1" : "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  await new Promise((resolve) => child.once("close", resolve));
  const json = /^JSON (.*)$/m.exec(output)?.[1];
  if (json === undefined) throw new Error(`wrk gave no result:\n${output}`);
  const result: Record<
    "requests" | "durationUs" | "p50Us" | "p99Us" | "status" | "broken",
    number
  > = JSON.parse(json);
  if (result.status > 0 || result.broken > 0) {
    throw new Error(
      `${result.status} answers were errors, ${result.broken} calls broke:\n${output}`,
    );
  }
  return {
    calls: result.requests,
    callsPerSecond: result.requests / (result.durationUs / 1e6),
    p50Us: result.p50Us,
    p99Us: result.p99Us,
  };
}

/** Calls until every visitor of the file has been seen, and the server's code is warm. */
export async function makeKnown(to: {
  readonly url: string;
  readonly requestFile: string;
  readonly visitors: number;
}): Promise<void> {
  const { url, requestFile, visitors } = to;
  const load = { url, requestFile, connections: 64, pauseMs: 0 };
  // Each run begins at the same request: only one that is long enough reaches them all.
  for (let seconds = 3; ; ) {
    const { calls, callsPerSecond } = await runLoad({ ...load, seconds });
    if (calls >= visitors) return;
    seconds = Math.ceil((visitors * 1.2) / callsPerSecond);
  }
}
