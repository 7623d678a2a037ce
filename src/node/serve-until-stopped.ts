// A node's run: open the management plane, start the workers, say that it is ready, wait for the end.

import { ACCESS_LIMITS } from "../access/access-limits.ts";
import { couldNotStart, type RunOutcome, STOPPED } from "../config/run-outcome.ts";
import type { HostPort } from "../config/values.ts";
import { type Config, LIMITS, SETTINGS } from "../config.ts";
import {
  buildManagementServer,
  type ManagementServer,
} from "../http/management/management-server.ts";
import { faultSentence } from "../ops/describe-fault.ts";
import type { Log } from "../ops/log.ts";
import type { AssembledNode } from "./assemble-node.ts";
import type { AdminToken } from "./secrets.ts";

export interface RunOptions {
  readonly config: Config;
  readonly version: string;
  readonly log: Log;
  readonly token: AdminToken;
  readonly stopAsked: Promise<void>;
}

/** How often it is asked whether models are to run. */
const NIGHT_CHECK_MS = 60_000;

export async function serveUntilStopped(
  node: AssembledNode,
  options: RunOptions,
): Promise<RunOutcome> {
  const { config, log, token } = options;
  const management = await buildManagementServer({
    control: node.control,
    log,
    version: options.version,
    metricsOpen: config.metricsOpen,
    trustedProxies: config.trustProxy,
    bodyBytes: LIMITS.bodyBytes,
    workspaceBytes: LIMITS.workspaceBytes,
    callsPerMinute: config.manageRate,
    access: node.access,
    oidc: oidcOf(config),
    isAdministratorsToken: (given) => token.matches(given),
  });
  let managePort: number;
  try {
    managePort = await management.listen(config.manage.host, config.manage.port);
  } catch (error) {
    return couldNotStart(portLine(SETTINGS.manage.option, config.manage, faultSentence(error)));
  }
  if (token.made !== null) {
    token.keep();
    showToken(token.made);
  }

  const stopped = options.stopAsked.then(() => "stopped" as const);
  const started = await Promise.race([node.pool.start(), stopped]);
  if (started !== null && started !== "stopped") {
    await shutDown(node, management, log);
    return couldNotStart(portLine(SETTINGS.collect.option, config.collect, started));
  }
  if (started === null) {
    const reason = await node.publisher.begin();
    if (reason !== null) {
      await shutDown(node, management, log);
      return couldNotStart(`The definitions could not be published: ${reason}.`);
    }
    if (node.group !== null && !(await node.group.serve())) {
      await shutDown(node, management, log);
      return couldNotStart("The newest definitions of the other nodes could not be taken over.");
    }
    announce(config, node.pool.port, managePort);
    const tidying = setInterval(() => void tidyUp(node, log), ACCESS_LIMITS.tidyEveryMs);
    const nights = setInterval(() => void node.models.night(), NIGHT_CHECK_MS);
    await stopped;
    clearInterval(tidying);
    clearInterval(nights);
  }
  await shutDown(node, management, log);
  return STOPPED;
}

/** The options of logins by a provider are given whole or not at all. */
function oidcOf(config: Config) {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcBase: base } = config;
  if (issuer === null || clientId === null || base === null) return null;
  const { oidcClientSecret: clientSecret, oidcClaim: claim, oidcRoles: roles } = config;
  return { issuer, clientId, clientSecret, base, claim, roles };
}

async function tidyUp({ access }: AssembledNode, log: Log): Promise<void> {
  try {
    await access.tidyUp();
  } catch (error) {
    log.fault("The audit log could not be tidied up; it is tried again in a while.", error);
  }
}

/** Whoever reads the ready line may be gone by now; that is no reason to stop. */
function announce(config: Config, collectPort: number, managePort: number): void {
  const line = JSON.stringify({
    ready: true,
    collect: urlOf(config.collect.host, collectPort),
    manage: urlOf(config.manage.host, managePort),
    region: config.region,
    pid: process.pid,
  });
  process.stdout.on("error", () => {});
  process.stdout.write(`${line}\n`);
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** The one time that the token is shown: not through the log, which is kept. */
function showToken(token: string): void {
  process.stderr.write(`dunlin: The administrator's token, shown this once: ${token}\n`);
}

function portLine(option: string, { host, port }: HostPort, reason: string): string {
  return `${option} ${host}:${port}: ${reason}`;
}

async function shutDown(
  node: AssembledNode,
  management: ManagementServer,
  log: Log,
): Promise<void> {
  log.info("The node stops.");
  node.counting.stop();
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), LIMITS.shutdownMs);
  const finished = Promise.all([
    node.pool.stop(LIMITS.shutdownMs),
    management.close(),
    node.models.ended(),
    // No other node's publication waits for this one any more; its own may be under way.
    node.group?.drain(),
  ]);
  const inTime = await Promise.race([finished.then(([everyone]) => everyone), late]);
  clearTimeout(timer);
  if (!inTime) log.warn("Not everything that was under way was finished in time.");
  node.pool.killEveryone();
}
