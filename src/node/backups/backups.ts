// What `dunlin backup` and `dunlin restore` do with the data folder of a node.

import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { prepareFolder } from "../../config/check-files.ts";
import {
  couldNotStart,
  type RunOutcome,
  STOPPED,
  wronglyStarted,
} from "../../config/run-outcome.ts";
import { LIMITS, SETTINGS } from "../../config.ts";
import { SYSTEM_CLOCK } from "../../ops/clock.ts";
import { faultSentence } from "../../ops/describe-fault.ts";
import { type BackupFault, backUp, restore } from "../../stores/lmdb/backup/backup.ts";
import { LOCK_FILE, lockFolder, lockFolderSoon } from "../data-folder.ts";
import { SECRET_FILES } from "../secrets.ts";
import { DoorShut, enterStore } from "./store-door.ts";

export interface BackupCommand {
  readonly data: string;
  /** The backup: where it shall be made, or where it is. */
  readonly backup: string;
  readonly version: string;
  print(text: string): void;
}

const KNOCK_EVERY_MS = 100;
const OPTIONS = { data: SETTINGS.data.option, to: "--to", from: "--from" } as const;

/** A node may be running on the folder, and goes on. */
export async function backUpNode(command: BackupCommand): Promise<RunOutcome> {
  const folder = resolve(command.data);
  const made = await backUp({
    folder,
    openBeside: (open) => openBeside(folder, open),
    to: command.backup,
    besides: SECRET_FILES,
    version: command.version,
    at: new Date(SYSTEM_CLOCK.now()),
  }).catch((error: unknown) =>
    error instanceof DoorShut ? notLetIn(folder) : failed("to", error),
  );
  if ("exitCode" in made) return made;
  if ("about" in made) return refused(made);
  report(command, { backup: resolve(command.backup), ...made });
  return STOPPED;
}

/** A node lets in; without one, none may start and commit meanwhile. `DoorShut` where one does neither. */
async function openBeside<T>(folder: string, open: () => T): Promise<T> {
  for (let left = LIMITS.lockPatienceMs; ; left -= KNOCK_EVERY_MS) {
    const lock = lockFolder(folder, "moment");
    if (lock.kind === "locked") {
      try {
        return open();
      } finally {
        lock.unlock();
      }
    }
    try {
      return await enterStore(folder, open);
    } catch (error) {
      // It is starting, stopping, or gone by now.
      if (!(error instanceof DoorShut) || left <= 0) throw error;
    }
    await new Promise((later) => setTimeout(later, KNOCK_EVERY_MS));
  }
}

function notLetIn(folder: string): RunOutcome {
  const message = `Expected the node that uses ${folder} to let the backup open its store; its log may say why it cannot.`;
  return couldNotStart(`${OPTIONS.data}: E_LOCKED: ${message}`);
}

/** Only into a folder that is empty and that no node uses. */
export async function restoreNode(command: BackupCommand): Promise<RunOutcome> {
  const folder = resolve(command.data);
  const fault = prepareFolder(folder);
  if (fault !== null) return wronglyStarted([fault]);
  const lock = await lockFolderSoon(folder, LIMITS.lockPatienceMs);
  if (lock.kind === "taken") {
    const message = `Expected a folder of its own, but ${folder} is used by a node (process ${lock.pid}).`;
    return couldNotStart(`${OPTIONS.data}: E_LOCKED: ${message}`);
  }
  try {
    return await restoreInto(folder, command);
  } finally {
    lock.unlock();
  }
}

async function restoreInto(folder: string, command: BackupCommand): Promise<RunOutcome> {
  const others = readdirSync(folder).filter((name) => name !== LOCK_FILE);
  if (others.length > 0) {
    const message = `Expected an empty folder, but ${folder} holds ${others.sort()[0]}.`;
    return refused({ about: "data", code: "E_FILE", message });
  }
  const restored = await restore({ from: command.backup, folder }).catch((error: unknown) =>
    failed("data", error),
  );
  if ("exitCode" in restored) return restored;
  if ("about" in restored) return refused(restored);
  report(command, { data: folder, ...restored });
  return STOPPED;
}

interface Report {
  readonly at: string;
  readonly revision: number;
  readonly files: readonly { readonly bytes: number }[];
  readonly backup?: string;
  readonly data?: string;
}

/** One JSON line, as a node's ready line is. */
function report({ print }: BackupCommand, { files, at, revision, ...where }: Report): void {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const { backup, data } = where;
  print(`${JSON.stringify({ ...{ backup, data }, at, revision, bytes })}\n`);
}

function refused({ about, code, message }: BackupFault): RunOutcome {
  return { exitCode: 2, lines: [`${OPTIONS[about]}: ${code}: ${message}`] };
}

/** The disk is full, a file cannot be written: what the system says, which speaks of files alone. */
function failed(about: BackupFault["about"], error: unknown): RunOutcome {
  const reason = error instanceof Error ? error.message : faultSentence(error);
  return couldNotStart(`${OPTIONS[about]}: E_FAILED: ${reason}`);
}
