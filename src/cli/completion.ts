// `dunlin completion`: scripts for three shells, made of the table of commands.

import { type RunOutcome, STOPPED, wronglyStarted } from "../config/run-outcome.ts";
import { COMMANDS, type CommandSyntax, type Completes, type OptionSyntax } from "./commands.ts";
import { readLocalOptions } from "./read-local-options.ts";

export function runCompletion(args: readonly string[], print: (text: string) => void): RunOutcome {
  const options = readLocalOptions("completion", args);
  if (!options.ok) return wronglyStarted(options.error);
  const shell = options.value.operands[0] ?? "";
  const script = { bash: bashScript, zsh: zshScript, fish: fishScript }[shell];
  if (script === undefined) {
    const message = "Expected one of bash, zsh, fish.";
    return wronglyStarted([{ where: shell, code: "E_VALUE", message }]);
  }
  print(script());
  return STOPPED;
}

const NAMES = COMMANDS.map(({ name }) => name);

/** Options of the program itself, and of every command. */
const EVERYWHERE = ["--help"];

function optionNames({ options }: CommandSyntax): string[] {
  return [...options.map(({ name }) => `--${name}`), ...EVERYWHERE];
}

function bashScript(): string {
  return `# Completion of dunlin in bash: source <(dunlin completion bash)
_dunlin() {
  local current previous command
  current="\${COMP_WORDS[COMP_CWORD]}"
  previous="\${COMP_WORDS[COMP_CWORD-1]}"
  command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W "${[...NAMES, "--help", "--version"].join(" ")}" -- "$current"))
    return
  fi
  case "$command $previous" in
${COMMANDS.flatMap(bashValues).join("\n")}
  esac
  case "$command" in
${COMMANDS.map(bashCommand).join("\n")}
  esac
}
complete -F _dunlin dunlin
`;
}

/** What may follow an option with a value: nothing else may. */
function bashValues({ name, options }: CommandSyntax): string[] {
  return options
    .filter(({ placeholder }) => placeholder !== null)
    .map((one) => `    "${name} --${one.name}") ${bashReply(one.completes)}; return ;;`);
}

function bashCommand(command: CommandSyntax): string {
  const { name, operand } = command;
  const words = `compgen -W "${optionNames(command).join(" ")}" -- "$current"`;
  const operands = operand === null ? ":" : bashReply(operand.completes);
  return `    ${name})
      if [[ "$current" == -* ]]; then COMPREPLY=($(${words})); else ${operands}; fi ;;`;
}

function bashReply(completes: Completes): string {
  if (completes === "nothing") return ":";
  // A name a line, so that names with blanks stay whole; the second command is not in old bashes.
  const lines = (list: string): string =>
    `local IFS=$'\\n'; COMPREPLY=($(${list})); compopt -o filenames 2>/dev/null`;
  if (completes === "files") return lines(`compgen -f -- "$current"`);
  if (completes === "folders") return lines(`compgen -d -- "$current"`);
  return `COMPREPLY=($(compgen -W "${completes.join(" ")}" -- "$current"))`;
}

function zshScript(): string {
  const commands = COMMANDS.map(
    ({ name, summary }) => `    ${quoted(`${zshText(name)}:${summary}`)}`,
  );
  return `#compdef dunlin
# Completion of dunlin in zsh: source <(dunlin completion zsh)
_dunlin() {
  local -a commands
  commands=(
${commands.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local command="\${words[2]}"
  shift words
  (( CURRENT-- ))
  case "$command" in
${COMMANDS.map(zshCommand).join("\n")}
  esac
}
compdef _dunlin dunlin
`;
}

function zshCommand({ name, options, operand }: CommandSyntax): string {
  const specs = [
    ...options.map(zshOption),
    "'--help[show the options]'",
    ...(operand === null
      ? []
      : [quoted(`*:${operand.placeholder}:${zshAction(operand.completes)}`)]),
  ];
  return `    ${name}) _arguments ${specs.join(" ")} ;;`;
}

function zshOption({ name, placeholder, meaning, completes }: OptionSyntax): string {
  const value = placeholder === null ? "" : `:${zshText(placeholder)}:${zshAction(completes)}`;
  return quoted(`--${name}[${zshText(meaning)}]${value}`);
}

function zshAction(completes: Completes): string {
  if (completes === "nothing") return " ";
  if (completes === "files") return "_files";
  if (completes === "folders") return "_files -/";
  return `(${completes.join(" ")})`;
}

function zshText(text: string): string {
  return text.replace(/[[\]:\\]/g, "\\$&");
}

function fishScript(): string {
  const noCommand = `not __fish_seen_subcommand_from ${NAMES.join(" ")}`;
  return [
    "# Completion of dunlin in fish: dunlin completion fish | source",
    "complete -c dunlin -f",
    ...COMMANDS.map(
      ({ name, summary }) =>
        `complete -c dunlin -n ${quoted(noCommand)} -a ${name} -d ${quoted(summary)}`,
    ),
    ...COMMANDS.flatMap(fishCommand),
    "",
  ].join("\n");
}

function fishCommand({ name, options, operand }: CommandSyntax): string[] {
  const condition = `complete -c dunlin -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
  return [
    ...options.map((one) => {
      // Without "-x" fish offers files as well.
      const taking = one.completes === "files" ? "-r" : "-x";
      const value = one.placeholder === null ? "" : ` ${taking}${fishValues(one.completes)}`;
      return `${condition} -l ${one.name}${value} -d ${quoted(one.meaning)}`;
    }),
    `${condition} -l help -d 'show the options'`,
    ...(operand === null ? [] : [`${condition}${fishValues(operand.completes)}`]),
  ];
}

function fishValues(completes: Completes): string {
  if (completes === "nothing") return "";
  if (completes === "files") return " -F";
  if (completes === "folders") return " -a '(__fish_complete_directories)'";
  return ` -a ${quoted(completes.join(" "))}`;
}

/** For all three shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
