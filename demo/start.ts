// `npm start`: one node with the demo's definitions, and the demo site beside it.
//
// Arguments after `npm start --` go to the node as they are. The node's ready line goes to standard output
// unchanged, because tools wait for it; words for people follow it.

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parse } from "yaml";
import { invariant } from "../src/model/result.ts";
import { watchParent } from "../src/node/ending/watch-parent.ts";
import { listenOrElsewhere } from "./listen.ts";
import { DcsClient } from "./site/dcs-client.ts";
import { createSite } from "./site/site.ts";

const WORKSPACE = join(import.meta.dirname, "workspace.yaml");
const NODE_MAIN = join(import.meta.dirname, "../src/main.ts");
const DEFAULT_PORT = 8090;
const DEFAULT_DOMAIN = "dcs.localhost";
/** A node promises to stop within 10 seconds; this is a little less, so that the whole keeps the promise. */
const STOP_LIMIT_MS = 9500;

const HINT = `
The node did not start; its reason stands above. Where a port is taken, others do as well:

  npm start -- --collect 127.0.0.1:0 --manage 127.0.0.1:0
`;

interface ReadyLine {
  readonly collect: string;
  readonly manage: string;
}

await start(process.argv.slice(2));

async function start(nodeArguments: readonly string[]): Promise<void> {
  const node = spawn(process.execPath, [NODE_MAIN, "serve", ...ownOptions(), ...nodeArguments], {
    // The channel is for the worst case: should this process be killed, the node notices and stops.
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  let site: Server | null = null;
  // "pipe" gives one; types of `spawn` with a channel do not say so.
  invariant(node.stdout !== null, "the node's standard output is a pipe");
  stopOnSignals(node);
  node.on("error", (error) => console.error(`The node cannot be started: ${error.message}`));
  node.on("close", (code, signal) => {
    site?.close();
    site?.closeAllConnections();
    if (code !== 0 && site === null) console.error(HINT);
    // Killed by a signal has no code of its own: a shell would say 128 and something.
    process.exitCode = code ?? (signal === null ? 1 : 128);
    process.exit();
  });

  for await (const line of createInterface({ input: node.stdout })) {
    console.log(line);
    const ready = site === null ? readReadyLine(line) : null;
    if (ready === null) continue;
    const host = `demo.${domainOf(nodeArguments)}`;
    const dcs = new DcsClient({ endpoint: ready.collect, host, ...timeLimit() });
    site = createSite({ dcs, names: readNames(WORKSPACE) });
    const address = await listenOrElsewhere(site, wantedPort());
    greet(address, ready, host);
  }
}

/**
 * The demo's definitions, for a store without any, and a quiet log. Options of the caller's follow, and of
 * an option given twice the last counts; the environment is weaker than an option, so it is asked first.
 */
function ownOptions(): readonly string[] {
  return [
    ...(process.env["DUNLIN_SEED"] === undefined ? ["--seed", WORKSPACE] : []),
    ...(process.env["DUNLIN_LOG"] === undefined ? ["--log", "warn"] : []),
  ];
}

function readReadyLine(line: string): ReadyLine | null {
  if (!line.startsWith("{")) return null;
  try {
    const message: unknown = JSON.parse(line);
    if (typeof message !== "object" || message === null) return null;
    const { ready, collect, manage } = message as Record<string, unknown>;
    if (ready !== true || typeof collect !== "string" || typeof manage !== "string") return null;
    return { collect, manage };
  } catch {
    return null;
  }
}

/** The platform's domain, as the node reads it: the last option, else the environment. */
function domainOf(nodeArguments: readonly string[]): string {
  let domain = process.env["DUNLIN_DOMAIN"] ?? DEFAULT_DOMAIN;
  for (const [index, argument] of nodeArguments.entries()) {
    if (argument === "--domain") domain = nodeArguments[index + 1] ?? domain;
    if (argument.startsWith("--domain=")) domain = argument.slice("--domain=".length);
  }
  return domain;
}

function wantedPort(): number {
  const port = Number(process.env["DUNLIN_DEMO_PORT"] ?? DEFAULT_PORT);
  return Number.isInteger(port) && port >= 0 && port < 65_536 ? port : DEFAULT_PORT;
}

/** For machines that are busy with other things: a page that waits shows more than one without an answer. */
function timeLimit(): { timeoutMs?: number } {
  const timeoutMs = Number(process.env["DUNLIN_DEMO_TIMEOUT_MS"]);
  return timeoutMs > 0 ? { timeoutMs } : {};
}

/** Names of traits and segments, for the panel of the site. */
function readNames(file: string): ReadonlyMap<number, string> {
  // Our own file: the node has read it too, and found no fault.
  const workspace = parse(readFileSync(file, "utf8")) as Record<
    "traits" | "segments",
    readonly { readonly sid: number; readonly name: string }[]
  >;
  return new Map([...workspace.traits, ...workspace.segments].map(({ sid, name }) => [sid, name]));
}

function greet(site: string, ready: ReadyLine, host: string): void {
  console.log(`
Dunlin is running.

  Demo site            ${site}   open this, and look at the panel beside each page
  Collection server    ${ready.collect}   (Host: ${host})
  Management API       ${ready.manage}/reference   (its token is shown above, at the first start)

Paste this: a new visitor searches for a race, and the answer says who it is, and that it is in segment
6008 ("Trains for a race") already:

  curl -H 'Host: ${host}' '${ready.collect}/event?d_rtbd=json&d_cts=2&c_search=half+marathon'

Stop with Ctrl-C. Definitions: demo/workspace.yaml. The client to copy: demo/site/dcs-client.ts.
`);
}

function stopOnSignals(node: ChildProcess): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    node.kill("SIGTERM");
    setTimeout(() => node.kill("SIGKILL"), STOP_LIMIT_MS).unref();
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, stop);
  if (process.env["npm_lifecycle_event"] === "start") watchParent(stop);
}
