// What the program and each command say of themselves when they are asked for `--help`, as the table of
// commands has it.

import { COMMANDS, type CommandSyntax, type OptionSyntax } from "./commands.ts";

const NAME_WIDTH = 13;
const USAGE_WIDTH = 24;

export function programHelp(): string {
  return `Usage: dunlin <command> [options]

Commands:
${listOf("node")}

of files, without a node:
${listOf("local")}

of a running node:
${listOf("remote")}

Options:
  --help       show this, or the options of a command
  --version    show the version
`;
}

function listOf(group: CommandSyntax["group"]): string {
  return COMMANDS.filter((command) => command.group === group)
    .map(({ name, summary }) => `  ${name.padEnd(NAME_WIDTH)}${summary}`)
    .join("\n");
}

/** Every option of a command, with its default and its environment variable. */
export function commandHelp({ name, about, operand, options }: CommandSyntax): string {
  const repeated = operand?.isRepeated === true ? "…" : "";
  const what = operand === null ? "" : ` ${operand.placeholder}${repeated}`;
  const rows = options.map(optionRow).join("\n");
  const listed =
    options.length === 0 ? "" : `\nOptions, [default] and environment variable:\n${rows}\n`;
  return `Usage: dunlin ${name}${what}${options.length === 0 ? "" : " [options]"}\n\n${about}\n${listed}`;
}

function optionRow({ name, placeholder, meaning, fallback, environment }: OptionSyntax): string {
  const usage = placeholder === null ? `--${name}` : `--${name} ${placeholder}`;
  const more = [fallback === null ? null : `[${fallback}]`, environment].filter(
    (part) => part !== null,
  );
  const indent = " ".repeat(USAGE_WIDTH + 2);
  const first = usage.length < USAGE_WIDTH ? usage.padEnd(USAGE_WIDTH) : `${usage}\n${indent}`;
  return `  ${first}${meaning}${more.length === 0 ? "" : `\n${indent}${more.join(" ")}`}`;
}
