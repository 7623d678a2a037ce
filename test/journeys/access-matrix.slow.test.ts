// Every call of the management plane, by everybody: what each declares it needs decides who gets it, and
// whoever does not changes nothing. No secret is in any answer but the one that makes it, nor in the log.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { ROLES, type Role } from "../../src/access/caller.ts";
import {
  ACCESS_WORKSPACE,
  basic,
  bearer,
  type Headers,
  Journey,
} from "../support/access-journey.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

interface DescribedCall {
  readonly method: string;
  readonly path: string;
  readonly access: {
    readonly needs: "nothing" | "caller" | "role" | "rights" | "installation";
    readonly role?: Role;
    readonly partnerless?: string;
    readonly reads?: boolean;
  };
}

/** Who calls: with which role with partner 1957, or with everything. */
interface Somebody {
  readonly name: string;
  readonly headers: Headers;
  readonly is: "nobody" | "stranger" | Role | "installation";
  readonly onlyReads?: true;
  /** Also by calls that have a body and change nothing. */
  readonly readsWithBody?: true;
}

const T0 = Date.UTC(2026, 0, 1, 12);
const SIGN_OUTS = new Set(["/logout"]);

let node: RunningNode;
let journey: Journey;
let everybody: readonly Somebody[];
let calls: readonly DescribedCall[];
const secrets = new Map<string, string>();

before(async () => {
  node = await startNode({ workspace: ACCESS_WORKSPACE, args: ["--log", "trace"] });
  journey = new Journey(node);
  await journey.made("PUT", "/v1/clock", { now: new Date(T0).toISOString() });
  const role = async (pid: number, name: Role) => {
    const { token } = await journey.token({ roles: [{ pid, role: name }] });
    secrets.set(token, "token");
    return bearer(token);
  };
  const expiring = await journey.token({
    ...{ roles: [{ pid: 1957, role: "administrator" }], expiresAt: T0 + 1 },
  });
  const anna = await journey.user(1957, { username: "anna", ...{ isAdmin: true } });
  const session = await journey.login(anna);
  const all = await journey.token({ isInstallationAdministrator: true });
  const reader = await journey.token({ isInstallationAdministrator: true, isReadOnly: true });
  const got = await journey.tell({
    ...{ method: "POST", target: "/oauth/token", headers: basic(all.id, all.token) },
    body: `grant_type=password&username=anna&password=${encodeURIComponent(anna.password)}`,
  });
  const { access_token: access, refresh_token: refresh } = JSON.parse(got.text);
  await journey.made("PUT", "/v1/clock", { now: new Date(T0 + 1).toISOString() });
  const made = [node.token, anna.password, anna.temporaryPassword, session.csrfToken];
  made.push(session.cookie.split("=")[1] ?? "", all.token, reader.token, access, refresh);
  for (const secret of made) secrets.set(secret, "secret");
  secrets.set(expiring.token, "expired token");
  for (const secret of [...secrets.keys()]) secrets.set(hashOf(secret), "hash");

  everybody = [
    { name: "nobody", headers: {}, is: "nobody" },
    { name: "an unknown token", headers: bearer("dunlin_unknown"), is: "nobody" },
    { name: "an expired token", headers: bearer(expiring.token), is: "nobody" },
    ...(await Promise.all(
      ROLES.map(async (is) => ({ name: is, headers: await role(1957, is), is }) as const),
    )),
    ...(await Promise.all(
      ROLES.map(async (is) => {
        return { name: `${is} elsewhere`, headers: await role(1958, is), is: "stranger" } as const;
      }),
    )),
    { name: "a user's access token", headers: bearer(access), is: "administrator" },
    { name: "a refresh token", headers: bearer(refresh), is: "nobody" },
    { name: "a session", headers: session.changing, is: "administrator" },
    { name: "a session alone", headers: session.reading, is: "administrator", onlyReads: true },
    {
      name: "a session from elsewhere",
      headers: { ...session.changing, origin: "https://evil.example" },
      ...{ is: "administrator", onlyReads: true },
    },
    { name: "the installation", headers: bearer(node.token), is: "installation" },
    { name: "a token with everything", headers: bearer(all.token), is: "installation" },
    {
      ...{ name: "a reader", headers: bearer(reader.token), is: "installation" },
      ...{ onlyReads: true, readsWithBody: true },
    },
  ];
  calls = describedCalls(await journey.made("GET", "/openapi.json"));
});
after(() => node[Symbol.asyncDispose]());

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

function describedCalls({
  paths,
}: {
  paths: Record<string, Record<string, { "x-access": DescribedCall["access"] }>>;
}): readonly DescribedCall[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { "x-access": access }]) => {
      return { method: method.toUpperCase(), path, access };
    }),
  );
}

/** IDs that nothing has: what is allowed may be carried out, and must not take away what others need. */
function targetOf({ path, access }: DescribedCall): string {
  const filled = path.replace("{pid}", "1957").replace(/\{[A-Za-z]+\}/g, "987654321");
  const wantsPartner = access.needs === "role" || access.needs === "rights";
  return wantsPartner ? `${filled}?pid=1957` : filled;
}

/** 200 stands for whatever the call itself answers. */
function expected({ method, access }: DescribedCall, who: Somebody): 200 | 401 | 403 {
  if (access.needs === "nothing") return 200;
  if (who.is === "nobody") return 401;
  const readsWithBody = who.readsWithBody === true && access.reads === true;
  const reads = method === "GET" || method === "HEAD" || readsWithBody;
  if (who.onlyReads && !reads) return 403;
  if (access.needs === "caller" || who.is === "installation") return 200;
  if (access.needs === "installation" || who.is === "stranger") return 403;
  if (access.needs === "rights") return 200;
  const wanted = access.role ?? "administrator";
  return ROLES.indexOf(who.is) >= ROLES.indexOf(wanted) ? 200 : 403;
}

/** What must be as it was after calls that were refused. */
async function state(): Promise<string> {
  const parts = [
    "/v1/workspace",
    "/v1/users/?pid=1957",
    "/v1/users/?pid=1958",
    "/v1/groups/?pid=1957",
  ];
  parts.push("/v1/tokens/?sortBy=id", "/v1/denylist");
  const texts: string[] = [];
  for (const part of parts) {
    const { status, text } = await journey.order("GET", part);
    assert.equal(status, 200, text);
    // When a token was last used is no change of anything.
    texts.push(text.replace(/"lastUsedAt":[^,}]+/g, ""));
  }
  return texts.join("\n");
}

describe("what a call needs decides who gets it", () => {
  test("there are calls of every kind, and many", () => {
    const kinds = new Set(calls.map(({ access }) => access.needs));
    for (const kind of ["nothing", "caller", "role", "installation"] as const) {
      assert.ok(kinds.has(kind), kind);
    }
    assert.ok(calls.length > 40, String(calls.length));
  });

  test("whoever may not is refused before anything is looked at, and changes nothing", async () => {
    const was = await state();
    const wrong: string[] = [];
    for (const one of calls) {
      for (const who of everybody) {
        const wanted = expected(one, who);
        if (wanted === 200) continue;
        const { method } = one;
        const body = method === "GET" ? {} : { body: { status: "ACTIVE" } };
        const told = { method, target: targetOf(one), headers: who.headers, ...body };
        const { status, text } = await journey.tell(told);
        if (status !== wanted)
          wrong.push(`${method} ${one.path} of ${who.name}: ${status} ${text}`);
      }
    }
    assert.deepEqual(wrong, []);
    assert.equal(await state(), was);
  });

  test("whoever may gets as far as the call itself", async () => {
    const wrong: string[] = [];
    for (const one of calls) {
      if (one.access.needs === "nothing" || SIGN_OUTS.has(one.path)) continue;
      for (const who of everybody) {
        if (expected(one, who) !== 200) continue;
        const told = { method: one.method, target: targetOf(one), headers: who.headers };
        const { status, text } = await journey.tell(told);
        // Rights for single objects are asked further inside.
        const isRefused = status === 401 || (status === 403 && one.access.needs !== "rights");
        if (isRefused || status >= 500) {
          wrong.push(`${one.method} ${one.path} of ${who.name}: ${status} ${text}`);
        }
      }
    }
    assert.deepEqual(wrong, []);
  });

  test("a viewer changes nothing, whatever is tried", async () => {
    const was = await state();
    const viewer = everybody.find(({ is }) => is === "viewer");
    for (const one of calls) {
      if (one.method === "GET" || one.access.needs !== "rights") continue;
      const body = {
        name: "Planted",
        dataSourceId: 1002,
        folderId: 0,
        traitType: "RULE_BASED_TRAIT",
      };
      const target = targetOf(one).replaceAll("987654321", "5001");
      const { status, text } = await journey.tell({
        ...{ method: one.method, target, body, headers: viewer?.headers ?? {} },
      });
      assert.ok(
        status >= 400 || /validate|estimate/.test(one.path),
        `${target}: ${status} ${text}`,
      );
    }
    assert.equal(await state(), was);
  });
});

test("no secret is in an answer but the one that makes it, nor in the log", () => {
  const makers =
    /^(POST \/login|POST \/oauth\/token|GET \/session|POST \/v1\/tokens|POST \/v1\/users)/;
  for (const { told, answer } of journey.answers) {
    const line = `${told.method} ${told.target}`;
    for (const [secret, kind] of secrets) {
      assert.ok(makers.test(line) || !answer.text.includes(secret), `${line} holds a ${kind}`);
    }
    // The description of the API has the names of what is sent.
    if (told.target === "/openapi.json") continue;
    assert.doesNotMatch(answer.text, /"(hash|salt|password|former|passwordSalt)"/, line);
  }
  const { stdout, stderr } = node.output();
  assert.match(stderr, /"route":"\/v1\/tokens"/);
  for (const [secret, kind] of secrets) {
    assert.ok(!stdout.includes(secret) && !stderr.includes(secret), `the log holds a ${kind}`);
  }
});
