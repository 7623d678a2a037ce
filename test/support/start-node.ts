// A real node for journeys: its own process, its own folder, free ports on loopback.
//
//     await using node = await startNode({ workers: 2, workspace: {...} });
//     const answer = await node.collect("/event?c_color=blue", { host: "alpha.dcs.localhost" });

import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type HttpAnswer, type HttpCall, send } from "./http-call.ts";

export interface StartOptions {
  /** 1 unless said otherwise. */
  readonly workers?: number;
  /** Manual unless said otherwise. */
  readonly clock?: "manual" | "system";
  /** Written to a file and given by `--workspace`. */
  readonly workspace?: unknown;
  /** More of the command line; the last occurrence of an option counts. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** No token is given to it: it makes its own, as at a real first start. */
  readonly ownToken?: true;
  /** A folder of an earlier node; without it one is made, and removed in the end. */
  readonly data?: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface RunningNode extends AsyncDisposable {
  readonly collectUrl: string;
  readonly manageUrl: string;
  readonly token: string;
  readonly region: number;
  /** Of the primary. */
  readonly pid: number;
  readonly data: string;
  /** Resolves when the node has ended, however it did. */
  readonly ended: Promise<Exit>;
  /** A call of the collection plane. */
  collect(target: string, options?: Omit<HttpCall, "to" | "target">): Promise<HttpAnswer>;
  /** A call of the management plane, with the token; a body that is no text is sent as JSON. */
  manage(method: string, target: string, body?: unknown): Promise<HttpAnswer>;
  /** Everything written so far. */
  output(): { readonly stdout: string; readonly stderr: string };
  /** Asks it to stop, and waits. */
  stop(signal?: NodeJS.Signals): Promise<Exit>;
  /** kill -9 of the primary, and waits until the workers are gone too. */
  kill(): Promise<void>;
}

export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Exit>;
  output(): { readonly stdout: string; readonly stderr: string };
}

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
export const TEST_TOKEN = "a-token-of-the-tests";
const START_TIMEOUT_MS = 60_000;

/** Runs `serve` with exactly these arguments; `ended` says how it ended. `main`: what is run for it. */
export function runServe(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  main = MAIN,
): Started {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("DUNLIN_"));
  const child = spawn(process.execPath, [main, "serve", ...args], {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  // "close" comes when every process that holds the pipes is gone: the workers too.
  const ended = new Promise<Exit>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  return { process: child, ended, output: () => ({ stdout, stderr }) };
}

/** Starts a node and resolves once it is ready; throws with its output where it does not become so. */
export async function startNode(options: StartOptions = {}): Promise<RunningNode> {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), "dunlin-node-")));
  const removeData = async (): Promise<void> => {
    if (options.data === undefined) await rm(data, { recursive: true, force: true });
  };
  const started = runServe(await argumentsOf(options, data), options.env);
  try {
    const ready = await readyLineOf(started);
    return runningNode(started, { ...ready, data, removeData });
  } catch (fault) {
    started.process.kill("SIGKILL");
    await started.ended;
    await removeData();
    throw fault;
  }
}

async function argumentsOf(options: StartOptions, data: string): Promise<string[]> {
  await mkdir(data, { recursive: true });
  const args = ["--data", data, "--collect", "127.0.0.1:0", "--manage", "127.0.0.1:0"];
  args.push("--workers", String(options.workers ?? 1), "--clock", options.clock ?? "manual");
  if (!options.ownToken) args.push("--admin-token", TEST_TOKEN);
  if (options.workspace !== undefined) {
    const path = join(data, "workspace.json");
    await writeFile(path, JSON.stringify(options.workspace));
    args.push("--workspace", path);
  }
  return [...args, ...(options.args ?? [])];
}

interface ReadyLine {
  readonly collect: string;
  readonly manage: string;
  readonly region: number;
  readonly pid: number;
}

/** The first line of standard output, or a fault once the node ends without one. */
export function readyLineOf(started: Started): Promise<ReadyLine> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      const { stdout, stderr } = started.output();
      reject(new Error(`The node ${why}.\n${stdout}\n${stderr}`));
    };
    const timer = setTimeout(() => fail("did not become ready"), START_TIMEOUT_MS);
    const look = (): void => {
      const [line, ...rest] = started.output().stdout.split("\n");
      if (line === undefined || rest.length === 0) return;
      clearTimeout(timer);
      // A line that is not the documented one fails the journey where its parts are used.
      resolve(JSON.parse(line) as ReadyLine);
    };
    started.process.stdout?.on("data", look);
    started.process.once("close", () => {
      clearTimeout(timer);
      fail("ended before it was ready");
    });
  });
}

interface NodeParts extends ReadyLine {
  readonly data: string;
  removeData(): Promise<void>;
}

function runningNode(started: Started, parts: NodeParts): RunningNode {
  const { collect, manage, pid, region, data } = parts;
  const stop = async (signal: NodeJS.Signals = "SIGTERM"): Promise<Exit> => {
    started.process.kill(signal);
    return started.ended;
  };
  return {
    collectUrl: collect,
    manageUrl: manage,
    token: TEST_TOKEN,
    region,
    pid,
    data,
    ended: started.ended,
    collect: (target, options) => call(collect, target, options),
    manage: (method, target, body) => {
      const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
      const headers: Record<string, string> = { authorization: `Bearer ${TEST_TOKEN}` };
      if (text !== undefined) headers["content-type"] = "application/json";
      return call(manage, target, {
        method,
        headers,
        ...(text === undefined ? {} : { body: text }),
      });
    },
    output: started.output,
    stop,
    kill: async () => {
      started.process.kill("SIGKILL");
      await started.ended;
    },
    [Symbol.asyncDispose]: async () => {
      await stop();
      await parts.removeData();
    },
  };
}

/** One call on a connection of its own, so that each call may meet another worker. */
export function call(
  base: string,
  target: string,
  options: Omit<HttpCall, "to" | "target"> = {},
): Promise<HttpAnswer> {
  return send({ agent: ONE_CALL_EACH, ...options, to: base, target });
}

const ONE_CALL_EACH = new Agent({ keepAlive: false });
