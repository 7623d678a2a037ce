import { SETTINGS } from "../config.ts";

export const COMMAND_HELP = `Usage: dunlin <command> [options]

Commands:
  serve        start a node: the collection plane and the management plane

Options:
  --help       show this, or the options of a command
  --version    show the version
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
