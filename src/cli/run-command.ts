// The command line: which command, with which settings. What a command does is not known here.

import { readConfig } from "../config/read-config.ts";
import { type RunOutcome, STOPPED, wronglyStarted } from "../config/run-outcome.ts";
import type { Config } from "../config.ts";
import { type BackupOptions, readBackupOptions } from "./backup-options.ts";
import { BACKUP_HELP, COMMAND_HELP, REMOTE_HELP, RESTORE_HELP, serveHelp } from "./help.ts";
import { readVersion } from "./read-version.ts";
import { type RemoteCommand, runRemote } from "./remote/remote-commands.ts";

export interface CommandLine {
  /** What follows the program's name. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  print(text: string): void;
  serve(config: Config, version: string): Promise<RunOutcome>;
  backUp(options: BackupOptions, version: string): Promise<RunOutcome>;
  restore(options: BackupOptions, version: string): Promise<RunOutcome>;
}

export async function runCommand(line: CommandLine): Promise<RunOutcome> {
  const [command, ...options] = line.args;
  switch (command) {
    case "serve":
      return serve(line, options);
    case "backup":
    case "restore":
      return keepOrRestore(line, command, options);
    case "export":
    case "apply":
    case "visitor":
    case "explain":
      return remote(line, command, options);
    case "--version":
      line.print(`${readVersion()}\n`);
      return STOPPED;
    case "--help":
    case "help":
      line.print(COMMAND_HELP);
      return STOPPED;
    default: {
      const message =
        "Expected a command: serve, backup, restore, export, apply, visitor, explain. `dunlin --help` says more.";
      return wronglyStarted([{ where: command ?? "dunlin", code: "E_UNKNOWN_KEY", message }]);
    }
  }
}

async function serve(line: CommandLine, options: readonly string[]): Promise<RunOutcome> {
  if (options.includes("--help")) {
    line.print(serveHelp());
    return STOPPED;
  }
  if (options.includes("--version")) {
    line.print(`${readVersion()}\n`);
    return STOPPED;
  }
  const config = readConfig(options, line.environment);
  return config.ok ? line.serve(config.value, readVersion()) : wronglyStarted(config.error);
}

async function keepOrRestore(
  line: CommandLine,
  command: "backup" | "restore",
  options: readonly string[],
): Promise<RunOutcome> {
  const isBackup = command === "backup";
  if (options.includes("--help")) {
    line.print(isBackup ? BACKUP_HELP : RESTORE_HELP);
    return STOPPED;
  }
  const read = readBackupOptions(options, line.environment, isBackup ? "--to" : "--from");
  if (!read.ok) return wronglyStarted(read.error);
  return isBackup
    ? line.backUp(read.value, readVersion())
    : line.restore(read.value, readVersion());
}

async function remote(
  line: CommandLine,
  command: RemoteCommand,
  args: readonly string[],
): Promise<RunOutcome> {
  if (args.includes("--help")) {
    line.print(REMOTE_HELP[command]);
    return STOPPED;
  }
  const { environment } = line;
  return runRemote(command, { args, environment, print: (text) => line.print(text) });
}
