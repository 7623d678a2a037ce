// What each command says of itself when it is asked for `--help`.

import { SETTINGS } from "../config.ts";

export const COMMAND_HELP = `Usage: dunlin <command> [options]

Commands:
  serve        start a node: the collection plane and the management plane
  backup       copy a data folder, also while a node uses it
  restore      make a data folder of a backup

of a running node:
  export       print all definitions as one document
  apply        replace all definitions by those of a file
  visitor      show what is stored of a visitor
  explain      say why a visitor is in a segment, or is not

Options:
  --help       show this, or the options of a command
  --version    show the version
`;

export const BACKUP_HELP = `Usage: dunlin backup --to DIR [--data DIR]

Copies the embedded store and the secrets of a data folder. A node may be running on it.
What was answered before is in the backup. One JSON line on standard output says what it holds.

Options, [default] and environment variable:
  --to DIR                a name that is free, or an empty folder
  --data DIR              the data folder
                          [./data] DUNLIN_DATA
`;

export const RESTORE_HELP = `Usage: dunlin restore --from DIR [--data DIR]

Makes a data folder of a backup, once every file is what the backup says of it.

Options, [default] and environment variable:
  --from DIR              the backup
  --data DIR              the data folder: it must be empty, or not exist
                          [./data] DUNLIN_DATA
`;

/** Every option of `serve`, as the table of settings has it. */
export function serveHelp(): string {
  const rows = Object.values(SETTINGS).map((setting) => {
    const { option, placeholder, environment, fallbackText, meaning } = setting;
    const usage = placeholder === null ? option : `${option} ${placeholder}`;
    return `  ${usage.padEnd(24)}${meaning}\n${" ".repeat(26)}[${fallbackText}] ${environment}`;
  });
  return `Usage: dunlin serve [options]

Starts a node and prints one JSON line on standard output once it is ready.
An option beats its environment variable; of an option given twice the last counts.

Options, [default] and environment variable:
${rows.join("\n")}
`;
}

const NODE_OPTIONS = `  --node URL              the management plane of the node
                          [http://127.0.0.1:8081] DUNLIN_NODE
  --token TOKEN           a token of the node
                          [none] DUNLIN_TOKEN
`;

const VISITOR_OPTIONS = `  --partner PID           whose visitor it is
  --uuid ID, --mid ID, or --data-source ID with --id ID
                          one way to name the visitor
`;

/** By command. */
export const REMOTE_HELP = {
  export: `Usage: dunlin export [options]

Prints all definitions of a running node: what \`apply\` takes.

Options, [default] and environment variable:
${NODE_OPTIONS}`,
  apply: `Usage: dunlin apply FILE [options]

Replaces all definitions by those of a JSON or YAML file. Ends once every worker of every node serves them.
A faulty document changes nothing: each fault is a line on standard error, and the exit code is 2.

Options, [default] and environment variable:
${NODE_OPTIONS}`,
  visitor: `Usage: dunlin visitor --partner PID --uuid ID [options]

Prints what is stored of a visitor: profiles, traits, segments, links, opt-outs.

Options, [default] and environment variable:
${VISITOR_OPTIONS}${NODE_OPTIONS}`,
  explain: `Usage: dunlin explain --partner PID --uuid ID --segment SID [options]

Says whether a visitor is in a segment or holds a trait, and why.

Options, [default] and environment variable:
${VISITOR_OPTIONS}  --segment SID, or --trait SID
                          what to explain
  --at TIME               milliseconds since the epoch, or such as 2026-01-31T12:00:00Z
                          [now]
  --json                  the whole proof, as the management plane gives it
${NODE_OPTIONS}`,
} as const;
