// `dunlin user create`, `list`, `lock`, `unlock`, `password` and `delete`.

import { type RunOutcome, STOPPED } from "../../config/run-outcome.ts";
import { err, ok, type Result } from "../../model/result.ts";
import {
  ask,
  objectsOf,
  pathOf,
  printJson,
  printTable,
  rightsOf,
  runVerb,
  type Verb,
  wrongly,
  wrongRights,
} from "./access-verbs.ts";
import type { RemoteLine } from "./remote-commands.ts";
import type { RemoteOptions } from "./remote-options.ts";

/** What a new password comes in. */
const TEMPORARY = "temporaryPassword";

const ofUser = { values: ["partner"], flags: [], operand: "USER" } as const;

const VERBS: Readonly<Record<string, Verb>> = {
  create: {
    syntax: {
      values: ["partner", "role", "first-name", "last-name", "email"],
      flags: ["installation", "json"],
      operand: "USER",
    },
    run: createUser,
  },
  list: { syntax: { values: ["partner"], flags: ["json"], operand: null }, run: listUsers },
  lock: { syntax: ofUser, run: (options) => setStatus(options, "LOCKED") },
  unlock: { syntax: ofUser, run: (options) => setStatus(options, "ACTIVE") },
  password: { syntax: ofUser, run: resetPassword },
  delete: { syntax: ofUser, run: removeUser },
};

export function runUser(line: RemoteLine): Promise<RunOutcome> {
  return runVerb("user", VERBS, line);
}

/** Prints the temporary password, which nobody can ask for again. */
async function createUser(options: RemoteOptions, line: RemoteLine): Promise<RunOutcome> {
  const { values, flags, operands } = options;
  const role = values.get("role");
  const pid = values.get("partner");
  const wrong = wrongRights(options);
  if (wrong !== null) return wrong;
  if (role !== undefined && role !== "administrator" && pid === undefined) {
    return wrongly("--partner", "Expected the partner that the role is with: --partner PID.");
  }
  const roles = role === undefined || role === "administrator" ? [] : [{ pid: Number(pid), role }];
  const body = {
    username: operands[0] ?? "",
    ...(role === "administrator" && { isAdmin: true }),
    ...(flags.has("installation") && { isInstallationAdministrator: true }),
    ...(roles.length > 0 && { roles }),
    ...textOf(values, "first-name", "firstName"),
    ...textOf(values, "last-name", "lastName"),
    ...textOf(values, "email", "email"),
  };
  const made = await ask(options, {
    ...{ method: "POST", path: pathOf("/v1/users", options), gives: [TEMPORARY], body },
  });
  if (!made.ok) return made.error;
  if (flags.has("json")) return printJson(line, made.value);
  line.print(`${Object(made.value).temporaryPassword}\n`);
  return STOPPED;
}

async function listUsers(options: RemoteOptions, line: RemoteLine): Promise<RunOutcome> {
  const listed = await ask(options, {
    ...{ method: "GET", path: pathOf("/v1/users", options), gives: "list" },
  });
  if (!listed.ok) return listed.error;
  if (options.flags.has("json")) return printJson(line, listed.value);
  const rows = objectsOf(listed.value).map((user) => [
    ...[user["userId"], user["username"], user["status"], user["passwordState"], rightsOf(user)],
  ]);
  return printTable(line, ["id", "username", "status", "password", "rights"], rows);
}

async function setStatus(options: RemoteOptions, status: string): Promise<RunOutcome> {
  const path = await userPath(options);
  if (!path.ok) return path.error;
  const done = await ask(options, {
    ...{ method: "PUT", path: path.value, gives: ["userId"], body: { status } },
  });
  return done.ok ? STOPPED : done.error;
}

async function resetPassword(options: RemoteOptions, line: RemoteLine): Promise<RunOutcome> {
  const path = await userPath(options, "/reset-password");
  if (!path.ok) return path.error;
  const done = await ask(options, { method: "POST", path: path.value, gives: [TEMPORARY] });
  if (!done.ok) return done.error;
  line.print(`${Object(done.value).temporaryPassword}\n`);
  return STOPPED;
}

async function removeUser(options: RemoteOptions): Promise<RunOutcome> {
  const path = await userPath(options);
  if (!path.ok) return path.error;
  const done = await ask(options, {
    ...{ method: "DELETE", path: path.value, gives: "nothing" },
  });
  return done.ok ? STOPPED : done.error;
}

/** Of a user who is named by ID or by name. */
async function userPath(options: RemoteOptions, more = ""): Promise<Result<string, RunOutcome>> {
  const [user = ""] = options.operands;
  const listed = await ask(options, {
    ...{ method: "GET", path: pathOf("/v1/users", options), gives: "list" },
  });
  if (!listed.ok) return listed;
  const found = objectsOf(listed.value).find(
    ({ userId, username }) => username === user || String(userId) === user,
  );
  if (found === undefined) return err(wrongly(user, "There is no user of this name or ID."));
  return ok(pathOf(`/v1/users/${found["userId"]}${more}`, options));
}

function textOf(values: ReadonlyMap<string, string>, option: string, name: string) {
  const value = values.get(option);
  return value === undefined ? {} : { [name]: value };
}
