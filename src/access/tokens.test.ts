import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ADMIN, done, openBench, refusal, T0 } from "../../test/support/access-world.ts";
import { readAudit } from "./audit.ts";
import type { Caller } from "./caller.ts";
import { buildRights } from "./rights.ts";
import type { Grant } from "./stored-values.ts";
import { createToken, type GivenToken, listTokens, revokeToken } from "./tokens.ts";

const NO_LIMITS = { isReadOnly: false, routeGroups: null };

function token(given: Partial<GivenToken> = {}): GivenToken {
  return {
    name: "A program",
    grant: { isInstallationAdministrator: false, roles: [{ pid: 1, role: "editor" }] },
    limits: NO_LIMITS,
    expiresAt: null,
    ...given,
  };
}

function administratorOf(...pids: readonly number[]): Caller {
  const roles = pids.map((pid) => ({ pid, role: "administrator" as const }));
  const rights = buildRights({ isInstallationAdministrator: false, roles });
  return { kind: "user", id: "7", name: "Seven", userId: 7, rights };
}

const everywhere: Grant = { isInstallationAdministrator: true, roles: [] };
const both: Grant = {
  isInstallationAdministrator: false,
  roles: [
    { pid: 1, role: "viewer" },
    { pid: 2, role: "viewer" },
  ],
};

test("a token that was made stands for the roles that it was given", async () => {
  const bench = openBench();
  const made = done(await createToken(bench.world, ADMIN, token()));
  const identity = await bench.identify(made.token);
  assert.ok(identity.kind === "known");
  assert.equal(identity.caller.name, "A program");
  assert.equal(identity.caller.rights.roleWith(1), "editor");
  assert.equal(identity.caller.rights.roleWith(2), null);
});

test("neither a token nor a part of it is kept, listed or logged", async () => {
  const bench = openBench();
  const { token: text } = done(await createToken(bench.world, ADMIN, token()));
  const secret = text.split("_").slice(2).join("_");
  assert.ok(!(await bench.everything()).includes(secret));
  assert.ok(!JSON.stringify(await listTokens(bench.world, ADMIN, null)).includes(secret));
});

test("a token that differs in one character is unknown", async () => {
  const bench = openBench();
  const { token: text } = done(await createToken(bench.world, ADMIN, token()));
  const other = text.endsWith("A") ? "B" : "A";
  for (const wrong of [`${text.slice(0, -1)}${other}`, `${text}x`, text.slice(1), "", "dunlin_"]) {
    assert.deepEqual(await bench.identify(wrong), { kind: "unknown" }, wrong);
  }
});

test("a token expires at its time, is told from an unknown one for a week, and is forgotten then", async () => {
  const bench = openBench();
  const expiresAt = T0 + 1_000;
  const { token: text } = done(await createToken(bench.world, ADMIN, token({ expiresAt })));
  bench.time.now = expiresAt - 1;
  assert.equal((await bench.identify(text)).kind, "known");
  bench.time.now = expiresAt;
  assert.equal((await bench.identify(text)).kind, "expired");
  bench.time.now = expiresAt + 8 * 86_400_000;
  done(await createToken(bench.world, ADMIN, token()));
  assert.equal((await bench.identify(text)).kind, "unknown");
});

describe("a revoked token", () => {
  test("is unknown at the next call on the same node", async () => {
    const bench = openBench();
    const { token: text, view } = done(await createToken(bench.world, ADMIN, token()));
    assert.equal((await bench.identify(text)).kind, "known");
    done(await revokeToken(bench.world, ADMIN, view.id));
    assert.equal((await bench.identify(text)).kind, "unknown");
  });

  test("is unknown on other nodes half a second later", async () => {
    const bench = openBench();
    const other = bench.another();
    const { token: text, view } = done(await createToken(bench.world, ADMIN, token()));
    assert.equal((await other.identify(text)).kind, "known");
    done(await revokeToken(bench.world, ADMIN, view.id));
    bench.time.ticks += 500;
    assert.equal((await other.identify(text)).kind, "unknown");
  });

  test("is gone from the list, and from nobody else's", async () => {
    const bench = openBench();
    const { view } = done(await createToken(bench.world, ADMIN, token()));
    const kept = done(await createToken(bench.world, ADMIN, token({ name: "Kept" })));
    done(await revokeToken(bench.world, ADMIN, view.id));
    assert.deepEqual(await listTokens(bench.world, ADMIN, null), [kept.view]);
    assert.equal(refusal(await revokeToken(bench.world, ADMIN, view.id)), "unknown");
  });
});

describe("who administers one partner", () => {
  const anna = administratorOf(1);

  test("makes tokens for it, and for nobody else", async () => {
    const { world } = openBench();
    done(await createToken(world, anna, token()));
    assert.equal(refusal(await createToken(world, anna, token({ grant: both }))), "forbidden");
    assert.equal(
      refusal(await createToken(world, anna, token({ grant: everywhere }))),
      "forbidden",
    );
  });

  test("neither sees nor revokes tokens that can do more", async () => {
    const { world } = openBench();
    const wide = done(await createToken(world, ADMIN, token({ grant: both })));
    const own = done(await createToken(world, ADMIN, token()));
    assert.deepEqual(await listTokens(world, anna, 1), [own.view]);
    assert.equal(refusal(await revokeToken(world, anna, wide.view.id)), "unknown");
    assert.deepEqual(await listTokens(world, administratorOf(1, 2), 2), [wide.view]);
  });

  test("with a token for some paths makes none for others", async () => {
    const { world } = openBench();
    const limited: Caller = {
      ...anna,
      limits: { isReadOnly: false, routeGroups: ["tokens", "traits"] },
    };
    const routes = (routeGroups: readonly string[] | null) =>
      token({ limits: { isReadOnly: false, routeGroups } });
    done(await createToken(world, limited, routes(["traits"])));
    assert.equal(refusal(await createToken(world, limited, routes(["segments"]))), "forbidden");
    assert.equal(refusal(await createToken(world, limited, routes(null))), "forbidden");
  });
});

test("a token without rights, or that has expired already, is not made", async () => {
  const { world } = openBench();
  const nothing = { isInstallationAdministrator: false, roles: [] };
  assert.equal(refusal(await createToken(world, ADMIN, token({ grant: nothing }))), "invalid");
  assert.equal(refusal(await createToken(world, ADMIN, token({ expiresAt: T0 }))), "invalid");
});

test("it is known within an hour when a token was last used", async () => {
  const bench = openBench();
  const { token: text } = done(await createToken(bench.world, ADMIN, token()));
  const lastUse = async () => (await listTokens(bench.world, ADMIN, null))[0]?.lastUsedAt;
  assert.equal(await lastUse(), null);
  await bench.identify(text);
  bench.time.now += 3_599_999;
  await bench.identify(text);
  assert.equal(await lastUse(), T0);
  bench.time.now += 1;
  await bench.identify(text);
  assert.equal(await lastUse(), T0 + 3_600_000);
});

test("making and revoking stand in the audit log, with who, what, before and after", async () => {
  const bench = openBench();
  const { view } = done(await createToken(bench.world, administratorOf(1), token()));
  bench.time.now += 1;
  done(await revokeToken(bench.world, ADMIN, view.id));
  const nothing = { from: null, to: null, by: null, change: null, after: null };
  const question = { ...nothing, pid: 1, objectType: "token", objectId: view.id, limit: 10 };
  const { list, next } = await readAudit(bench.store, question);
  assert.equal(next, null);
  assert.deepEqual(
    list.map(({ change, by, before, after }) => [change, by?.name, before, after]),
    [
      ["token.revoked", ADMIN.name, view, null],
      ["token.created", "Seven", null, view],
    ],
  );
});
