// `dunlin token create`, `list` and `revoke`.

import { type RunOutcome, STOPPED } from "../../config/run-outcome.ts";
import {
  ask,
  objectsOf,
  pathOf,
  printJson,
  printTable,
  rightsOf,
  runVerb,
  timeOf,
  type Verb,
  wrongly,
  wrongRights,
} from "./access-verbs.ts";
import type { RemoteLine } from "./remote-commands.ts";
import type { RemoteOptions } from "./remote-options.ts";

const VERBS: Readonly<Record<string, Verb>> = {
  create: {
    syntax: {
      values: ["name", "partner", "role", "paths", "days"],
      flags: ["installation", "read-only", "no-expiry", "json"],
      operand: null,
    },
    run: createToken,
  },
  list: { syntax: { values: ["partner"], flags: ["json"], operand: null }, run: listTokens },
  revoke: { syntax: { values: ["partner"], flags: [], operand: "ID" }, run: revokeToken },
};

export function runToken(line: RemoteLine): Promise<RunOutcome> {
  return runVerb("token", VERBS, line);
}

/** Prints the token, and nothing else: it can go where it is needed without being read. */
async function createToken(options: RemoteOptions, line: RemoteLine): Promise<RunOutcome> {
  const { values, flags } = options;
  const name = values.get("name");
  if (name === undefined) return wrongly("--name", "Expected what the token is for: --name NAME.");
  const role = values.get("role");
  if (role === undefined && !flags.has("installation")) {
    return wrongly("--role", "Expected --role viewer, editor or administrator, or --installation.");
  }
  const wrong = wrongRights(options);
  if (wrong !== null) return wrong;
  const days = values.get("days");
  if (days !== undefined && !/^[1-9][0-9]{0,4}$/.test(days)) {
    return wrongly("--days", "Expected a number of days, from 1.");
  }
  const paths = values
    .get("paths")
    ?.split(",")
    .map((path) => path.trim());
  const body = {
    name,
    ...(role !== undefined && { role }),
    ...(flags.has("installation") && { isInstallationAdministrator: true }),
    ...(flags.has("read-only") && { isReadOnly: true }),
    ...(paths !== undefined && { routeGroups: paths }),
    ...(days !== undefined && { expiresInDays: Number(days) }),
    ...(flags.has("no-expiry") && { expiresAt: null }),
  };
  const made = await ask(options, {
    ...{ method: "POST", path: pathOf("/v1/tokens", options), gives: ["token", "id"], body },
  });
  if (!made.ok) return made.error;
  if (flags.has("json")) return printJson(line, made.value);
  line.print(`${Object(made.value).token}\n`);
  return STOPPED;
}

async function listTokens(options: RemoteOptions, line: RemoteLine): Promise<RunOutcome> {
  const listed = await ask(options, {
    ...{ method: "GET", path: pathOf("/v1/tokens", options), gives: "list" },
  });
  if (!listed.ok) return listed.error;
  if (options.flags.has("json")) return printJson(line, listed.value);
  const rows = objectsOf(listed.value).map((token) => [
    ...[token["id"], token["name"], rightsOf(token)],
    purposeOf(token),
    ...[timeOf(token["expiresAt"]), timeOf(token["lastUsedAt"])],
  ]);
  return printTable(line, ["id", "name", "rights", "for", "expires", "last used"], rows);
}

/** What a token was limited to. */
function purposeOf({ isReadOnly, routeGroups }: Readonly<Record<string, unknown>>): string {
  const what = Array.isArray(routeGroups) ? routeGroups.join(", ") : "everything";
  if (isReadOnly !== true) return what;
  return Array.isArray(routeGroups) ? `reading ${what}` : "reading";
}

async function revokeToken(options: RemoteOptions): Promise<RunOutcome> {
  const [id = ""] = options.operands;
  const path = pathOf(`/v1/tokens/${encodeURIComponent(id)}`, options);
  const done = await ask(options, { method: "DELETE", path, gives: "nothing" });
  return done.ok ? STOPPED : done.error;
}
