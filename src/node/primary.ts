// The process that an operator starts. It holds the management plane, the definitions and the clock, and
// sees that the workers live.

import { resolve } from "node:path";
import { prepareFolder } from "../config/check-files.ts";
import type { ConfigFault } from "../config/read-config.ts";
import { couldNotStart, type RunOutcome, STOPPED, wronglyStarted } from "../config/run-outcome.ts";
import { type Config, LIMITS, SETTINGS } from "../config.ts";
import { checkGeoFile, type GeoFileCheck } from "../geo/check-geo-file.ts";
import { faultSentence } from "../ops/describe-fault.ts";
import { type Log, openLog } from "../ops/log.ts";
import { assembleNode } from "./assemble-node.ts";
import { openDoor, type StoreDoor } from "./backups/store-door.ts";
import { lockFolderSoon } from "./data-folder.ts";
import { endOnFault } from "./ending/end-on-fault.ts";
import { chooseFirstDefinitions } from "./first-definitions.ts";
import { joinGroup } from "./join-group.ts";
import { type NodeStores, openNodeStores } from "./open-stores.ts";
import { PublicationThread } from "./publication-thread.ts";
import { prepareAdminToken, prepareRootSecret } from "./secrets.ts";
import { serveUntilStopped } from "./serve-until-stopped.ts";

export interface PrimaryOptions {
  readonly config: Config;
  readonly version: string;
  /** Resolves when the operator asks the node to stop. */
  readonly stopAsked: Promise<void>;
}

/** Serves until it is told to stop. */
export async function runPrimary(options: PrimaryOptions): Promise<RunOutcome> {
  const folder = resolve(options.config.data);
  const folderFault = prepareFolder(folder);
  if (folderFault !== null) return wronglyStarted([folderFault]);
  const lock = await lockFolderSoon(folder, LIMITS.lockPatienceMs);
  if (lock.kind === "taken") {
    return couldNotStart(
      `${SETTINGS.data.option}: E_LOCKED: Expected a folder of its own, but ${folder} is used by another node (process ${lock.pid}).`,
    );
  }
  try {
    return await runInFolder(options, folder);
  } finally {
    lock.unlock();
  }
}

async function runInFolder(options: PrimaryOptions, folder: string): Promise<RunOutcome> {
  const { config } = options;
  const log = openLog(config.log, "primary");
  endOnFault(() => log);
  const geo = checkGeo(config);
  if (geo?.kind === "unusable") return wronglyStarted([geoFault(geo)]);
  const stopAsked = options.stopAsked.then(() => "stopped" as const);
  // The store may keep a node waiting that is told to stop meanwhile.
  const stores = await Promise.race([openNodeStores(config, folder), stopAsked]);
  if (stores === "stopped") return STOPPED;
  if (!stores.ok) return stores.error;
  const thread = new PublicationThread();
  const door = await openDoorFor(config, { folder, log, stores: stores.value });
  try {
    return await runOnStores(options, { folder, log, geo, stores: stores.value, thread });
  } finally {
    await thread.close();
    await door?.close();
    await stores.value.close();
  }
}

/** Null where there is nothing to open, or the folder's file system knows no sockets. */
async function openDoorFor(
  { store }: Config,
  { folder, log, stores }: Pick<Surroundings, "folder" | "log" | "stores">,
): Promise<StoreDoor | null> {
  if (store.kind !== "lmdb") return null;
  const { whileNobodyCommits } = stores;
  try {
    return await openDoor({ folder, openingMs: LIMITS.doorMs, whileNobodyCommits });
  } catch (error) {
    log.warn("Backups can be made only while this node does not run.", {
      reason: faultSentence(error),
    });
    return null;
  }
}

interface Surroundings {
  readonly folder: string;
  readonly log: Log;
  readonly geo: GeoFileCheck | null;
  readonly stores: NodeStores;
  readonly thread: PublicationThread;
}

async function runOnStores(
  options: PrimaryOptions,
  { folder, log, geo, stores, thread }: Surroundings,
): Promise<RunOutcome> {
  const { config } = options;
  const rootSecret = await prepareRootSecret(folder, config.secret, stores.group);
  if (!rootSecret.ok) return wronglyStarted([rootSecret.error]);
  const token = prepareAdminToken(folder, config.adminToken);
  const first = await chooseFirstDefinitions(config, stores.definitions, thread);
  if (!first.ok) return first.error;
  warnOfGeo(geo, log);
  const node = assembleNode({
    ...{ config, log, folder, stores },
    rootSecret: rootSecret.value,
    first: first.value,
    prepare: (request) => thread.prepare(request),
  });
  try {
    const conflict = await joinGroup(node, config);
    if (conflict !== null) return wronglyStarted([conflict]);
    return await serveUntilStopped(node, { ...options, log, token });
  } finally {
    await node.group?.leave();
  }
}

/** Null where the operator gave no database of places. */
function checkGeo({ geo }: Config): GeoFileCheck | null {
  return geo === null ? null : checkGeoFile(resolve(geo));
}

function geoFault({ path, why }: GeoFileCheck & { readonly kind: "unusable" }): ConfigFault {
  const message = `Expected an MMDB city or country database at ${path}: ${why}.`;
  return { where: SETTINGS.geo.option, code: "E_FILE", message };
}

/** What the operator should know of the places of calls. */
function warnOfGeo(check: GeoFileCheck | null, log: Log): void {
  const { option } = SETTINGS.geo;
  if (check === null) {
    log.warn(
      "Without a database of places no call is refused for its country, and geo signals are absent.",
      { option },
    );
  } else if (check.kind === "fine" && !check.holdsPlaces) {
    const { databaseType } = check;
    log.warn("The database of places seems to hold neither cities nor countries.", {
      ...{ option, databaseType },
    });
  }
}
