// What load is sent to: real nodes in folders of their own, the bare server, nginx; and the files of requests
// that wrk reads.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { send } from "../../test/support/http-call.ts";
import type { ConstantAnswer } from "./bare-server.ts";
import { type ServerProcess, startServer } from "./server-process.ts";
import { ALIAS } from "./shop.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const BARE = fileURLToPath(new URL("./bare-server.ts", import.meta.url));

/** What a row starts and writes, ended and removed whatever happens. */
export interface Bench {
  /** Absolute; removed in the end. */
  readonly folder: string;
  /** Stopped in the end; the last one first. */
  keep<T extends { stop(): Promise<void> }>(server: T): T;
}

export async function withBench<T>(work: (bench: Bench) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "dunlin-bench-"));
  const servers: { stop(): Promise<void> }[] = [];
  const keep: Bench["keep"] = (server) => {
    servers.unshift(server);
    return server;
  };
  try {
    return await work({ folder, keep });
  } finally {
    for (const server of servers) await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface NodeOptions {
  /** Names the folder of its data. */
  readonly name: string;
  readonly workspace: object;
  readonly durability?: "commit" | "fsync" | "off";
  /** As `--store` wants it. */
  readonly store?: string;
}

/** A node with one worker. */
export async function startNode(bench: Bench, options: NodeOptions): Promise<ServerProcess> {
  const { name, workspace, durability = "commit", store = "lmdb:" } = options;
  const file = join(bench.folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(workspace));
  const anyPort = ["--collect", "127.0.0.1:0", "--manage", "127.0.0.1:0"];
  const where = ["--data", join(bench.folder, name), "--store", store, "--durability", durability];
  const rest = ["--workers", "1", "--workspace", file, "--log", "warn"];
  return bench.keep(await startServer([MAIN, "serve", ...anyPort, ...where, ...rest]));
}

export async function startBare(bench: Bench, answer: ConstantAnswer): Promise<ServerProcess> {
  const file = join(bench.folder, "answer.json");
  writeFileSync(file, JSON.stringify(answer));
  return bench.keep(await startServer([BARE, file]));
}

/** Writes requests as wrk's script reads them and gives the file's path. */
export function writeRequests(bench: Bench, name: string, requests: readonly string[]): string {
  const file = join(bench.folder, `${name}.requests`);
  writeFileSync(file, requests.map((one) => one.replaceAll("\r\n", "\\r\\n")).join("\n"));
  return file;
}

const MADE_BY_NODE = new Set(["date", "connection", "keep-alive"]);
const SAMPLE = 49;

/** The answer of middling length among those of the first visitors, at their second call. */
export async function typicalAnswer(
  url: string,
  requests: readonly string[],
): Promise<ConstantAnswer> {
  const answers: ConstantAnswer[] = [];
  const sample = requests.slice(0, SAMPLE);
  for (const request of [...sample, ...sample]) {
    const target = request.split(" ")[1] ?? "";
    const host = `${ALIAS}.dcs.localhost`;
    const { status, headers, text } = await send({ to: url, target, host });
    if (status !== 200 || headers["x-error"] !== undefined) {
      throw new Error(`The node does not answer as it should: ${status} ${text}`);
    }
    const kept = Object.entries(headers).filter(([name]) => !MADE_BY_NODE.has(name));
    answers.push({ body: text, headers: kept.flatMap(([name, value]) => [name, String(value)]) });
  }
  const second = answers.slice(sample.length).sort((a, b) => a.body.length - b.body.length);
  const middle = second[Math.floor(second.length / 2)];
  if (middle === undefined) throw new Error("No answer was taken.");
  return middle;
}
