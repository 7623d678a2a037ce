// The command line: which command, with which settings. What a command does is not known here.

import { readConfig } from "../config/read-config.ts";
import { type RunOutcome, STOPPED, wronglyStarted } from "../config/run-outcome.ts";
import type { Config } from "../config.ts";
import { type BackupOptions, readBackupOptions } from "./backup-options.ts";
import { COMMANDS, commandNamed } from "./commands.ts";
import { commandHelp, programHelp } from "./help.ts";
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
  const syntax = command === undefined ? null : commandNamed(command);
  const about = command === "help" ? commandNamed(options[0] ?? "") : syntax;
  if (about !== null && (command === "help" || asksForHelp(options))) {
    line.print(commandHelp(about));
    return STOPPED;
  }
  switch (command) {
    case "serve":
      return serve(line, options);
    case "backup":
    case "restore":
      return keepOrRestore(line, command, options);
    case "import":
    case "lint":
    case "test":
    case "completion":
      return local(line, command, options);
    case "export":
    case "plan":
    case "apply":
    case "visitor":
    case "explain":
      return remote(line, command, options);
    case "token":
    case "user":
    case "revisions":
      return runVerbs(line, command, options);
    case "--version":
      line.print(`${readVersion()}\n`);
      return STOPPED;
    case "--help":
    case "-h":
    case "help":
      line.print(programHelp());
      return STOPPED;
    default: {
      const names = COMMANDS.map(({ name }) => name).join(", ");
      const message = `Expected a command: ${names}. \`dunlin --help\` says more.`;
      return wronglyStarted([{ where: command ?? "dunlin", code: "E_UNKNOWN_KEY", message }]);
    }
  }
}

function asksForHelp(options: readonly string[]): boolean {
  return options.includes("--help") || options.includes("-h");
}

async function serve(line: CommandLine, options: readonly string[]): Promise<RunOutcome> {
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
  const read = readBackupOptions(options, line.environment, isBackup ? "--to" : "--from");
  if (!read.ok) return wronglyStarted(read.error);
  return isBackup
    ? line.backUp(read.value, readVersion())
    : line.restore(read.value, readVersion());
}

/** Loaded when they are asked for: a node has no use for them. */
async function local(
  line: CommandLine,
  command: "import" | "lint" | "test" | "completion",
  args: readonly string[],
): Promise<RunOutcome> {
  const print = (text: string): void => line.print(text);
  switch (command) {
    case "import": {
      const { runImport } = await import("./import/import-command.ts");
      return runImport(args, print);
    }
    case "lint": {
      const { asksNode, runNodeLint } = await import("./remote/lint-command.ts");
      if (asksNode(args, line.environment)) return runNodeLint({ ...line, args, print });
      const { runLint } = await import("./lint.ts");
      return runLint(args, print);
    }
    case "test": {
      const { runRuleTests } = await import("./rule-tests.ts");
      return runRuleTests(args, print);
    }
    case "completion": {
      const { runCompletion } = await import("./completion.ts");
      return runCompletion(args, print);
    }
  }
}

async function remote(
  line: CommandLine,
  command: RemoteCommand,
  args: readonly string[],
): Promise<RunOutcome> {
  const { environment } = line;
  return runRemote(command, { args, environment, print: (text) => line.print(text) });
}

async function runVerbs(
  line: CommandLine,
  command: "token" | "user" | "revisions",
  args: readonly string[],
): Promise<RunOutcome> {
  const { environment } = line;
  const asked = { args, environment, print: (text: string) => line.print(text) };
  switch (command) {
    case "token": {
      const { runToken } = await import("./remote/token-command.ts");
      return runToken(asked);
    }
    case "user": {
      const { runUser } = await import("./remote/user-command.ts");
      return runUser(asked);
    }
    case "revisions": {
      const { runRevisions } = await import("./remote/revisions-command.ts");
      return runRevisions(asked);
    }
  }
}
