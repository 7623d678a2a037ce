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
import { SETTINGS } from "../../config.ts";
import { SYSTEM_CLOCK } from "../../ops/clock.ts";
import { faultSentence } from "../../ops/describe-fault.ts";
import { type BackupFault, backUp, restore } from "../../stores/lmdb/backup/backup.ts";
import { LOCK_FILE, lockFolder } from "../data-folder.ts";
import { SECRET_FILES } from "../secrets.ts";

export interface BackupCommand {
  readonly data: string;
  /** The backup: where it shall be made, or where it is. */
  readonly backup: string;
  readonly version: string;
  print(text: string): void;
}

const OPTIONS = { data: SETTINGS.data.option, to: "--to", from: "--from" } as const;

/** A node may be running on the folder, and goes on. */
export async function backUpNode(command: BackupCommand): Promise<RunOutcome> {
  const made = await backUp({
    folder: resolve(command.data),
    to: command.backup,
    besides: SECRET_FILES,
    version: command.version,
    at: new Date(SYSTEM_CLOCK.now()),
  }).catch((error: unknown) => failed("to", error));
  if ("exitCode" in made) return made;
  if ("about" in made) return refused(made);
  report(command, { backup: resolve(command.backup), ...made });
  return STOPPED;
}

/** Only into a folder that is empty and that no node uses. */
export async function restoreNode(command: BackupCommand): Promise<RunOutcome> {
  const folder = resolve(command.data);
  const fault = prepareFolder(folder);
  if (fault !== null) return wronglyStarted([fault]);
  const lock = lockFolder(folder);
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
