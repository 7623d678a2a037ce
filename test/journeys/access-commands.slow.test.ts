// `dunlin token` and `dunlin user` against a running node.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { runCommand } from "../../src/cli/run-command.ts";
import { ACCESS_WORKSPACE, bearer, Journey } from "../support/access-journey.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

let node: RunningNode;
let journey: Journey;
before(async () => {
  node = await startNode({ workspace: ACCESS_WORKSPACE, clock: "system" });
  journey = new Journey(node);
});
after(() => node[Symbol.asyncDispose]());

async function dunlin(...args: readonly string[]) {
  const printed: string[] = [];
  const started = () => assert.fail("No node is started.");
  const outcome = await runCommand({
    args,
    environment: { DUNLIN_NODE: node.manageUrl, DUNLIN_TOKEN: node.token },
    print: (text) => void printed.push(text),
    ...{ serve: started, backUp: started, restore: started },
  });
  return { ...outcome, stdout: printed.join(""), stderr: outcome.lines.join("\n") };
}

async function statusOf(token: string): Promise<number> {
  const headers = bearer(token);
  return (await journey.tell({ method: "GET", target: "/v1/users/self", headers })).status;
}

const PARTNER = ["--partner", "1957"];

test("a token is made for a pipeline, listed and revoked", async () => {
  const made = await dunlin("token", "create", "--name", "CI", "--role", "editor", ...PARTNER);
  assert.deepEqual([made.exitCode, made.stderr], [0, ""]);
  const token = made.stdout.trim();
  assert.match(token, /^dunlin_[0-9a-f]{16}_[\w-]{43}$/);
  assert.equal(await statusOf(token), 200);
  const listed = await dunlin("token", "list");
  assert.match(listed.stdout, /^id +name +rights +for +expires +last used\n/);
  const [line = ""] = listed.stdout.split("\n").filter((each) => each.includes(" CI "));
  assert.match(line, /^[0-9a-f]{16} {2}CI {4}editor 1957 {2}everything {2}20\d\d-/);
  assert.ok(!listed.stdout.includes(token));
  const [id = ""] = line.split(" ");
  assert.equal((await dunlin("token", "revoke", id)).exitCode, 0);
  assert.equal(await statusOf(token), 401);
  assert.equal((await dunlin("token", "revoke", id)).exitCode, 2);
});

test("a token can be for reading, for some paths, for a time, for everything", async () => {
  const words = ["--installation", "--read-only", "--paths", "traits,segments", "--no-expiry"];
  const made = await dunlin("token", "create", "--name", "Narrow", ...words, "--json");
  const { isReadOnly, routeGroups, expiresAt, isInstallationAdministrator } = JSON.parse(
    made.stdout,
  );
  assert.deepEqual(
    [isReadOnly, routeGroups, expiresAt, isInstallationAdministrator],
    [...[true, ["traits", "segments"], null, true]],
  );
  const listed = await dunlin("token", "list");
  assert.match(listed.stdout, / Narrow +installation +reading traits, segments +- /);
});

test("a user is let in, locked out, let in again, given a new password, and removed", async () => {
  const words = ["--role", "viewer", "--email", "anna@example.com"];
  const made = await dunlin("user", "create", "anna", ...words, ...PARTNER);
  assert.deepEqual([made.exitCode, made.stderr], [0, ""]);
  const login = (password: string) =>
    journey.tell({ method: "POST", target: "/login", body: { username: "anna", password } });
  assert.equal((await login(made.stdout.trim())).status, 200);
  assert.equal((await dunlin("user", "lock", "anna", ...PARTNER)).exitCode, 0);
  assert.equal((await login(made.stdout.trim())).status, 401);
  assert.equal((await dunlin("user", "unlock", "anna", ...PARTNER)).exitCode, 0);
  const reset = await dunlin("user", "password", "anna", ...PARTNER);
  assert.equal((await login(reset.stdout.trim())).status, 200);
  const { stdout } = await dunlin("user", "list", ...PARTNER);
  assert.match(stdout, /\n1 +anna +ACTIVE +PENDING +viewer 1957\n/);
  assert.equal((await dunlin("user", "delete", "1", ...PARTNER)).exitCode, 0);
  assert.doesNotMatch((await dunlin("user", "list", ...PARTNER)).stdout, /anna/);
});

test("what cannot be meant is refused in words, before or by the node", async () => {
  const name = ["token", "create", "--name", "x"];
  const viewer = ["--role", "viewer", ...PARTNER];
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[...name, "--role", "king", ...PARTNER], /^--role: E_VALUE: Expected one of viewer, /],
    [[...name, ...viewer, "--installation"], /^--role: E_VALUE: Expected either --role or/],
    [["user", "create", "x", "--role", "king"], /^--role: E_VALUE: Expected one of viewer/],
    [
      [...name, ...viewer, "--paths", "traits,segmens"],
      /\n\/routeGroups\/1: Expected the first word of a path: one of .*\bsegments, /,
    ],
    [
      ["visitor", ...PARTNER, "--uuid", "5"],
      /^http:\S+: 400: \/uuid: Expected 38 decimal digits: [^\n]+\n?$/,
    ],
  ];
  for (const [args, expected] of cases) {
    const { exitCode, stdout, stderr } = await dunlin(...args);
    assert.deepEqual([exitCode, stdout], [2, ""], args.join(" "));
    assert.match(stderr, expected, args.join(" "));
  }
});

test("what is wrongly asked ends with 2 and says what was expected", async () => {
  const cases: readonly (readonly string[])[] = [
    ["token"],
    ["token", "make"],
    ["token", "create"],
    ["token", "create", "--name", "x"],
    ["token", "create", "--name", "x", "--role", "king", ...PARTNER],
    ["token", "create", "--name", "x", "--role", "viewer", "--days", "0"],
    ["token", "revoke"],
    ["user", "create", "--role", "viewer"],
    ["user", "create", "bert", "--role", "viewer"],
    ["user", "lock", "nobody", ...PARTNER],
    ["user", "list", "--typo"],
  ];
  for (const args of cases) {
    const { exitCode, stdout, stderr } = await dunlin(...args);
    assert.deepEqual([exitCode, stdout], [2, ""], args.join(" "));
    assert.match(stderr, /\w/, args.join(" "));
  }
});
