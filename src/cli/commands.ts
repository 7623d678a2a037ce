// Every command and its options, in one table: help and completion are made of it, and arguments are read by
// it. A new command is a row here and a line in `run-command.ts`.

import { type Config, SETTINGS } from "../config.ts";

export interface CommandSyntax {
  readonly name: string;
  /** Where `dunlin --help` lists it. */
  readonly group: "node" | "local" | "remote";
  /** For the list of commands. */
  readonly summary: string;
  /** What it does, in lines, for its own help. */
  readonly about: string;
  /** Null for a command that takes options only. */
  readonly operand: OperandSyntax | null;
  readonly options: readonly OptionSyntax[];
}

export interface OperandSyntax {
  readonly placeholder: string;
  readonly isRepeated?: true;
  readonly completes: Completes;
}

export interface OptionSyntax {
  /** Without the dashes. */
  readonly name: string;
  /** What stands for the value; null for a flag, which has none. */
  readonly placeholder: string | null;
  readonly meaning: string;
  /** As help shows it; null for an option without a default. */
  readonly fallback: string | null;
  readonly environment: string | null;
  readonly completes: Completes;
}

/** What a shell may offer for a value. */
export type Completes = "files" | "folders" | "nothing" | readonly string[];

const option = (name: string, placeholder: string | null, meaning: string): OptionSyntax => ({
  ...{ name, placeholder, meaning },
  ...{ fallback: null, environment: null, completes: "nothing" },
});

const JSON_FLAG = (what: string): OptionSyntax => option("json", null, what);

const NODE_OPTIONS: readonly OptionSyntax[] = [
  {
    ...option("node", "URL", "the management plane of the node"),
    fallback: "http://127.0.0.1:8081",
    environment: "DUNLIN_NODE",
  },
  {
    ...option("token", "TOKEN", "a token of the node"),
    fallback: "none",
    environment: "DUNLIN_TOKEN",
  },
];

const VISITOR_OPTIONS: readonly OptionSyntax[] = [
  option("partner", "PID", "whose visitor it is"),
  option("uuid", "ID", "the visitor by device; or one of the next two ways"),
  option("mid", "ID", "by the ID that the partner sees"),
  option("data-source", "ID", "by a declared ID of this data source, with --id"),
  option("id", "ID", "the declared ID"),
];

const PARTNER_OPTION = option("partner", "PID", "the partner, where there are several");

const ROLE_OPTION: OptionSyntax = {
  ...option("role", "ROLE", "what it is allowed: viewer, editor or administrator"),
  completes: ["viewer", "editor", "administrator"],
};

const DATA_OPTION: OptionSyntax = {
  ...option("data", "DIR", "the data folder"),
  ...{ fallback: "./data", environment: "DUNLIN_DATA", completes: "folders" },
};

type Chosen = "durability" | "clock" | "log";

const SETTING_CHOICES: { readonly [Name in Chosen]: readonly Config[Name][] } = {
  durability: ["commit", "fsync", "off"],
  clock: ["system", "manual"],
  log: ["trace", "debug", "info", "warn", "error", "fatal", "silent"],
};

const FILE = { placeholder: "FILE", completes: "files" } as const;

export const COMMANDS: readonly CommandSyntax[] = [
  {
    name: "serve",
    group: "node",
    summary: "start a node: the collection plane and the management plane",
    about:
      "Starts a node and prints one JSON line on standard output once it is ready.\n" +
      "An option beats its environment variable; of an option given twice the last counts.",
    operand: null,
    options: Object.entries(SETTINGS).map(([setName, setting]) => ({
      name: setting.option.slice("--".length),
      placeholder: setting.placeholder,
      meaning: setting.meaning,
      fallback: setting.fallbackText,
      environment: setting.environment,
      completes: completesSetting(setName, setting),
    })),
  },
  {
    name: "backup",
    group: "node",
    summary: "copy a data folder, also while a node uses it",
    about:
      "Copies the embedded store and the secrets of a data folder. A node may be running on it.\n" +
      "What was answered before is in the backup. One JSON line on standard output says what it holds.",
    operand: null,
    options: [
      { ...option("to", "DIR", "a name that is free, or an empty folder"), completes: "folders" },
      DATA_OPTION,
    ],
  },
  {
    name: "restore",
    group: "node",
    summary: "make a data folder of a backup",
    about: "Makes a data folder of a backup, once every file is what the backup says of it.",
    operand: null,
    options: [
      { ...option("from", "DIR", "the backup"), completes: "folders" },
      { ...DATA_OPTION, meaning: "the data folder: it must be empty, or not exist" },
    ],
  },
  {
    name: "import",
    group: "local",
    summary: "make a workspace of what the incumbent's API answered",
    about:
      "Makes a workspace of JSON files, or folders of them, that were saved of the incumbent's management API.\n" +
      "What cannot come along is a line each on standard error: file, object, reason. docs/migrating.md says more.\n" +
      "Exit codes: 0 all came along, 1 some did not, 2 nothing was written.",
    operand: { ...FILE, isRepeated: true },
    options: [
      { ...option("pid", "N", "whose definitions they are"), fallback: "the one that they name" },
      option("alias", "NAME", "the partner's alias: the first label of the host that pages call"),
      option("org", "ID", "the organisation's ID: 24 hexadecimal digits and @AdobeOrg"),
      {
        ...option("out", "FILE", "where the workspace goes; as YAML where its name says so"),
        ...{ fallback: "standard output", completes: "files" },
      },
      {
        ...option(
          "merge",
          "WORKSPACE",
          "what it becomes part of; of one ID the imported one counts",
        ),
        completes: "files",
      },
      JSON_FLAG("the report as JSON on standard output; with --out"),
    ],
  },
  {
    name: "lint",
    group: "local",
    summary: "say what is odd about the definitions in a file",
    about:
      "Reads a workspace and names what is legal and most likely a mistake: rules that nobody can meet,\n" +
      "what is there twice or for nothing, keys that no call carries, rules that cost much.\n" +
      "With --node it asks a node, which knows what calls carried and realized: of FILE, or, without one, of what\n" +
      "it serves; then DUNLIN_NODE is enough.\n" +
      "Exit codes: 0 nothing at or above the level, 1 something, 2 wrongly asked, or a workspace with faults.",
    operand: FILE,
    options: [
      JSON_FLAG("one JSON document in place of lines"),
      {
        ...option("fail-on", "LEVEL", "the least that ends with 1: warning, note or never"),
        fallback: "warning",
        completes: ["warning", "note", "never"],
      },
      { ...option("max-cost", "N", "the cost above which a rule is named"), fallback: "1000" },
      {
        ...option("evidence", "FILE", "what nodes have seen: calls by key, realizations by trait"),
        completes: "files",
      },
      PARTNER_OPTION,
      ...NODE_OPTIONS,
    ],
  },
  {
    name: "test",
    group: "local",
    summary: "run cases for rules against the definitions in a file",
    about:
      "Runs cases of YAML or JSON files: each call goes through the pipeline of a node, with an empty store.\n" +
      "Exit codes: 0 every case passed, 1 one did not, 2 wrongly asked, or a file with faults.",
    operand: { ...FILE, isRepeated: true },
    options: [
      { ...option("workspace", "FILE", "the definitions"), completes: "files" },
      JSON_FLAG("one JSON document in place of lines, with the whole proof of each failure"),
    ],
  },
  {
    name: "completion",
    group: "local",
    summary: "print a script that completes commands and options in a shell",
    about:
      "Prints a script for bash, zsh or fish. In bash: source <(dunlin completion bash)\n" +
      "In zsh: source <(dunlin completion zsh). In fish: dunlin completion fish | source",
    operand: { placeholder: "SHELL", completes: ["bash", "zsh", "fish"] },
    options: [],
  },
  {
    name: "export",
    group: "remote",
    summary: "print all definitions as one document",
    about: "Prints all definitions of a running node: what `apply` takes.",
    operand: null,
    options: NODE_OPTIONS,
  },
  {
    name: "plan",
    group: "remote",
    summary: "show what applying a file would change, and for how many visitors",
    about:
      "Shows what `apply` would create, change and delete, and how many visitors each segment would gain and lose.\n" +
      "Changes nothing. Exit codes: 0 nothing to change, 3 there is; 2 a faulty document or a wrong call, 1 no answer.",
    operand: FILE,
    options: [
      JSON_FLAG("the whole plan, as the management plane gives it"),
      option("no-counts", null, "leave out the visitors"),
      ...NODE_OPTIONS,
    ],
  },
  {
    name: "apply",
    group: "remote",
    summary: "replace all definitions by those of a file",
    about:
      "Replaces all definitions by those of a JSON or YAML file. Ends once every worker of every node serves them.\n" +
      "A faulty document changes nothing: each fault is a line on standard error, and the exit code is 2.",
    operand: FILE,
    options: NODE_OPTIONS,
  },
  {
    name: "visitor",
    group: "remote",
    summary: "show what is stored of a visitor",
    about: "Prints what is stored of a visitor: profiles, traits, segments, links, opt-outs.",
    operand: null,
    options: [...VISITOR_OPTIONS, ...NODE_OPTIONS],
  },
  {
    name: "explain",
    group: "remote",
    summary: "say why a visitor is in a segment, or is not",
    about: "Says whether a visitor is in a segment or holds a trait, and why.",
    operand: null,
    options: [
      ...VISITOR_OPTIONS,
      option("segment", "SID", "the segment to explain"),
      option("trait", "SID", "or the trait"),
      {
        ...option("at", "TIME", "milliseconds since the epoch, or such as 2026-01-31T12:00:00Z"),
        fallback: "now",
      },
      JSON_FLAG("the whole proof, as the management plane gives it"),
      ...NODE_OPTIONS,
    ],
  },
  {
    name: "revisions",
    group: "remote",
    summary: "list what was published before, compare it, and go back to it",
    about:
      "dunlin revisions list          the newest first; also without a verb\n" +
      "dunlin revisions show N        all definitions of a revision: what `apply` takes\n" +
      "dunlin revisions diff N M      what was created, changed and deleted between two\n" +
      "dunlin revisions restore N     publishes it anew, as a revision of its own",
    operand: { placeholder: "VERB", completes: ["list", "show", "diff", "restore"] },
    options: [JSON_FLAG("the answer as the management plane gives it"), ...NODE_OPTIONS],
  },
  {
    name: "token",
    group: "remote",
    summary: "make, list and revoke tokens for programs",
    about:
      "dunlin token create --name NAME --role ROLE [--partner PID]   prints the token, this once\n" +
      "dunlin token list\n" +
      "dunlin token revoke ID                                        and whatever was got with it",
    operand: { placeholder: "VERB", completes: ["create", "list", "revoke"] },
    options: [
      option("name", "NAME", "what the token is for"),
      PARTNER_OPTION,
      ROLE_OPTION,
      option("installation", null, "everything, with every partner"),
      option("read-only", null, "for reading only, whatever its rights"),
      option("paths", "LIST", "only for paths that begin so, such as traits,segments or metrics"),
      { ...option("days", "N", "how long it is good for"), fallback: "365" },
      option("no-expiry", null, "good until it is revoked"),
      JSON_FLAG("the answer as the management plane gives it"),
      ...NODE_OPTIONS,
    ],
  },
  {
    name: "user",
    group: "remote",
    summary: "let people in, lock them out, give them a new password",
    about:
      "dunlin user create USER --role ROLE [--partner PID]   prints a temporary password, this once\n" +
      "dunlin user list\n" +
      "dunlin user lock|unlock|delete USER                   by name or ID\n" +
      "dunlin user password USER                             prints another temporary password",
    operand: {
      placeholder: "VERB",
      completes: ["create", "list", "lock", "unlock", "password", "delete"],
    },
    options: [
      PARTNER_OPTION,
      ROLE_OPTION,
      option("installation", null, "everything, with every partner"),
      option("first-name", "NAME", "of the user"),
      option("last-name", "NAME", "of the user"),
      option("email", "ADDRESS", "of the user"),
      JSON_FLAG("the answer as the management plane gives it"),
      ...NODE_OPTIONS,
    ],
  },
];

function completesSetting(
  name: string,
  { placeholder, isFile }: { readonly placeholder: string | null; readonly isFile?: true },
): Completes {
  if (isFile === true) return "files";
  if (placeholder === "DIR") return "folders";
  const choices: Readonly<Record<string, readonly string[]>> = SETTING_CHOICES;
  return choices[name] ?? "nothing";
}

/** The row of a command, or null where there is none of that name. */
export function commandNamed(name: string): CommandSyntax | null {
  return COMMANDS.find((command) => command.name === name) ?? null;
}
