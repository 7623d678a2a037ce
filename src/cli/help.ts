import { SETTINGS } from "../config.ts";

export const COMMAND_HELP = `Usage: dunlin <command> [options]

Commands:
  serve        start a node: the collection plane and the management plane
  backup       copy a data folder, also while a node uses it
  restore      make a data folder of a backup

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
