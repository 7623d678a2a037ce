import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type AccessBench,
  ADMIN,
  CHEAP,
  done,
  openBench,
  refusal,
  T0,
} from "../../../test/support/access-world.ts";
import { readAudit } from "../audit.ts";
import { callerOfUser } from "../identify.ts";
import { changedPassword } from "../password-hash.ts";
import { numberKey, type StoredUser } from "../stored-values.ts";
import { createToken, revokeToken } from "../tokens.ts";
import { createUser, removeUsers, resetPassword, updateUser } from "../users.ts";
import { changeOwnPassword } from "./own-password.ts";
import type { GrantRequest } from "./token-grants.ts";

const ORDER = { caller: ADMIN, pid: 1 };
const PASSWORD = "Quiet-Harbour-71x";
const address = "192.0.2.1";
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A user with a password of their own. */
async function settle(bench: AccessBench, username = "anna"): Promise<StoredUser> {
  const { user } = done(await createUser(bench.world, ORDER, { username, isAdmin: true }));
  const stored = await find(bench, user.userId);
  const password = await changedPassword({
    ...{ password: PASSWORD, cost: CHEAP, before: stored.password, now: T0, temporaryUntil: null },
  });
  const settled = { ...stored, password };
  await bench.world.records.change(async () => {
    const record = { kind: "user", id: numberKey(user.userId), value: settled };
    return { ok: true, value: { records: [record], value: null } };
  });
  return settled;
}

async function find({ world }: AccessBench, userId: number): Promise<StoredUser> {
  const user = await world.records.readNow("user", numberKey(userId));
  assert.ok(user !== null);
  return user;
}

function check(bench: AccessBench, password = PASSWORD, username = "anna") {
  return bench.signIn.check({ username, password, address });
}

async function callerFor(bench: AccessBench, user: StoredUser) {
  const caller = await callerOfUser(bench.world, await find(bench, user.userId));
  assert.ok(caller !== null);
  return caller;
}

async function changes({ store }: AccessBench): Promise<readonly string[]> {
  const nothing = { from: null, to: null, by: null, change: null, after: null };
  const question = { ...nothing, pid: null, objectType: null, objectId: null, limit: 100 };
  return (await readAudit(store, question)).list.map(({ change }) => change);
}

describe("a login", () => {
  test("wants the right name and the right password, and is told neither apart", async () => {
    const bench = openBench();
    await settle(bench);
    done(await check(bench));
    done(await check(bench, PASSWORD, "ANNA"));
    assert.equal(refusal(await check(bench, "Wrong-Harbour-71x")), "wrong");
    assert.equal(refusal(await check(bench, PASSWORD, "bert")), "wrong");
    assert.equal(refusal(await check(bench, "")), "wrong");
  });

  test("fails for good after five wrong passwords, until an administrator lets the user in", async () => {
    const bench = openBench();
    const user = await settle(bench);
    await settle(bench, "other");
    for (let wrong = 0; wrong < 5; wrong++) await check(bench, "Wrong-Harbour-71x");
    assert.equal((await find(bench, user.userId)).status, "LOCKED");
    assert.equal(refusal(await check(bench)), "wrong");
    done(await updateUser(bench.world, ORDER, user.userId, { status: "ACTIVE" }));
    done(await check(bench));
    assert.ok((await changes(bench)).includes("user.locked"));
  });

  test("that is right forgives the wrong ones before it", async () => {
    const bench = openBench();
    const user = await settle(bench);
    for (let round = 0; round < 2; round++) {
      for (let wrong = 0; wrong < 4; wrong++) await check(bench, "Wrong-Harbour-71x");
      bench.time.now += 10 * MINUTE_MS;
      done(await check(bench));
      bench.time.now += 10 * MINUTE_MS;
    }
    assert.equal((await find(bench, user.userId)).failures, 0);
  });

  test("is tried ten times in a row for one name, then once a minute", async () => {
    const bench = openBench();
    for (let tried = 0; tried < 10; tried++) {
      assert.equal(refusal(await check(bench, "x", "nobody")), "wrong");
    }
    const refused = await check(bench, "x", "NOBODY");
    assert.deepEqual(refused, {
      ok: false,
      error: { kind: "too-often", retryMs: MINUTE_MS },
    });
    bench.time.now += MINUTE_MS;
    assert.equal(refusal(await check(bench, "x", "nobody")), "wrong");
    assert.equal(refusal(await check(bench, "x", "nobody")), "too-often");
  });

  test("is tried thirty times in a row from one address, whatever the names", async () => {
    const bench = openBench();
    for (let tried = 0; tried < 30; tried++) {
      assert.equal(refusal(await check(bench, "x", `name-${tried}`)), "wrong");
    }
    assert.equal(refusal(await check(bench, "x", "name-31")), "too-often");
  });

  test("stands in the audit log, but neither its password nor a name that nobody has", async () => {
    const bench = openBench();
    await settle(bench);
    await check(bench);
    await check(bench, "Wrong-Harbour-71x");
    await check(bench, "planted-password", "planted-name");
    assert.deepEqual((await changes(bench)).slice().sort(), [
      ...["login", "login.failed", "login.failed", "user.created"],
    ]);
    assert.doesNotMatch(await bench.everything(), /planted|Harbour/);
  });
});

describe("a temporary password", () => {
  test("lets its user choose another, and do nothing else", async () => {
    const bench = openBench();
    const made = done(await createUser(bench.world, ORDER, { username: "anna", isAdmin: true }));
    const temporary = made.temporaryPassword ?? "";
    assert.equal(made.user.passwordState, "PENDING");
    const user = done(await check(bench, temporary));
    const caller = await callerFor(bench, user);
    assert.deepEqual([caller.rights.pids, caller.rights.roleWith(1)], [[], null]);
    const passwords = { oldPassword: temporary, newPassword: PASSWORD, address };
    done(await changeOwnPassword(bench, caller, passwords));
    assert.equal((await callerFor(bench, user)).rights.roleWith(1), "administrator");
    assert.equal(refusal(await check(bench, temporary)), "wrong");
    done(await check(bench));
  });

  test("is good for 24 hours", async () => {
    const bench = openBench();
    const made = done(await createUser(bench.world, ORDER, { username: "anna" }));
    bench.time.now += DAY_MS - 1;
    done(await check(bench, made.temporaryPassword ?? ""));
    bench.time.now += 1;
    assert.equal(refusal(await check(bench, made.temporaryPassword ?? "")), "wrong");
  });
});

describe("a user's password", () => {
  const change = async (bench: AccessBench, user: StoredUser, passwords: [string, string]) => {
    const [oldPassword, newPassword] = passwords;
    const caller = await callerFor(bench, user);
    return changeOwnPassword(bench, caller, { oldPassword, newPassword, address });
  };

  test("changes only for who knows the old one, and keeps the rules", async () => {
    const bench = openBench();
    const user = await settle(bench);
    const wrong = await change(bench, user, ["Wrong-Harbour-71x", "Loud-Harbour-71x"]);
    const weak = await change(bench, user, [PASSWORD, "weak"]);
    assert.deepEqual([refusal(wrong), refusal(weak)], ["invalid", "invalid"]);
    done(await check(bench));
  });

  test("that is too old lets its user choose another, and do nothing else", async () => {
    const bench = openBench(30 * DAY_MS);
    const user = await settle(bench);
    bench.time.now += 30 * DAY_MS - 1;
    assert.equal((await callerFor(bench, user)).rights.roleWith(1), "administrator");
    bench.time.now += 1;
    done(await check(bench));
    assert.equal((await callerFor(bench, user)).rights.roleWith(1), null);
    done(await change(bench, user, [PASSWORD, "Loud-Harbour-71x"]));
    assert.equal((await callerFor(bench, user)).rights.roleWith(1), "administrator");
  });

  test("is none of the last twelve", async () => {
    const bench = openBench();
    const user = await settle(bench);
    const nth = (n: number) => (n === 0 ? PASSWORD : `Quiet-Harbour-${n}00x`);
    for (let n = 1; n <= 12; n++) {
      bench.time.now += 10 * MINUTE_MS;
      for (const old of [0, n - 1]) {
        const again = await change(bench, user, [nth(n - 1), nth(old)]);
        assert.equal(refusal(again), "invalid", `${n}: ${old}`);
        bench.time.now += MINUTE_MS;
      }
      done(await change(bench, user, [nth(n - 1), nth(n)]));
    }
    bench.time.now += 10 * MINUTE_MS;
    done(await change(bench, user, [nth(12), nth(0)]));
  });
});

describe("tokens of /oauth/token", () => {
  async function client(bench: AccessBench, expiresAt: number | null = null) {
    const roles = [{ pid: 1, role: "editor" as const }];
    const made = await createToken(bench.world, ADMIN, {
      ...{ name: "Client", expiresAt, limits: { isReadOnly: false, routeGroups: null } },
      grant: { isInstallationAdministrator: false, roles },
    });
    const { view, token } = done(made);
    return { id: view.id, secret: token };
  }

  async function ask(bench: AccessBench, given: Partial<GrantRequest>) {
    const nothing = { client: null, grantType: null, username: null, password: null };
    return bench.grants.grant({ ...nothing, refreshToken: null, address, ...given });
  }

  async function byPassword(bench: AccessBench, by: GrantRequest["client"]) {
    const user = { username: "anna", password: PASSWORD };
    const granted = done(await ask(bench, { client: by, grantType: "password", ...user }));
    return { access: granted.access_token, refresh: granted.refresh_token ?? "" };
  }

  test("carry a client's own rights for a day", async () => {
    const bench = openBench();
    const by = await client(bench);
    const granted = done(await ask(bench, { client: by, grantType: "client_credentials" }));
    assert.deepEqual(Object.keys(granted), ["access_token", "token_type", "expires_in", "scope"]);
    const identity = await bench.identify(granted.access_token);
    assert.ok(identity.kind === "known");
    assert.equal(identity.caller.rights.roleWith(1), "editor");
    bench.time.now += DAY_MS;
    assert.equal((await bench.identify(granted.access_token)).kind, "expired");
  });

  test("carry a user's rights for their password, and are theirs in the log", async () => {
    const bench = openBench();
    const user = await settle(bench);
    const { access, refresh } = await byPassword(bench, await client(bench));
    const identity = await bench.identify(access);
    assert.ok(identity.kind === "known");
    assert.deepEqual(
      [identity.caller.kind, identity.caller.userId, identity.caller.rights.roleWith(1)],
      ["user", user.userId, "administrator"],
    );
    assert.equal((await bench.identify(refresh)).kind, "unknown");
  });

  test("are renewed once for each refresh token, by the same client", async () => {
    const bench = openBench();
    await settle(bench);
    const by = await client(bench);
    const { refresh } = await byPassword(bench, by);
    const again = { grantType: "refresh_token", refreshToken: refresh };
    const stranger = await ask(bench, { client: await client(bench), ...again });
    assert.ok(!stranger.ok && stranger.error.error === "invalid_grant");
    const granted = done(await ask(bench, { client: by, ...again }));
    assert.equal((await bench.identify(granted.access_token)).kind, "known");
    const twice = await ask(bench, { client: by, ...again });
    assert.ok(!twice.ok && twice.error.error === "invalid_grant");
  });

  const ends: readonly [string, (bench: AccessBench, user: StoredUser, id: string) => unknown][] = [
    ["the client's token is revoked", ({ world }, _user, id) => revokeToken(world, ADMIN, id)],
    ["the password is reset", ({ world }, user) => resetPassword(world, ORDER, user.userId)],
    ["the user is removed", ({ world }, user) => removeUsers(world, ORDER, [user.userId])],
    [
      "the user is locked",
      ({ world }, user) => updateUser(world, ORDER, user.userId, { status: "LOCKED" }),
    ],
    [
      "the user chooses another password",
      async (bench, user) => {
        const passwords = { oldPassword: PASSWORD, newPassword: "Loud-Harbour-71x", address };
        return changeOwnPassword(bench, await callerFor(bench, user), passwords);
      },
    ],
  ];
  for (const [what, end] of ends) {
    test(`end, as sessions do, when ${what}`, async () => {
      const bench = openBench();
      const user = await settle(bench);
      await settle(bench, "other");
      const by = await client(bench);
      const { access, refresh } = await byPassword(bench, by);
      const session = await bench.sessions.begin(user, null);
      assert.ok((await bench.sessions.find(session)) !== null);
      await end(bench, user, by.id);
      assert.equal((await bench.identify(access)).kind, "unknown");
      const again = { client: by, grantType: "refresh_token", refreshToken: refresh };
      assert.equal((await ask(bench, again)).ok, false);
      const isOpen = (await bench.sessions.find(session)) !== null;
      assert.equal(isOpen, what.startsWith("the client"));
    });
  }

  test("do not come back, nor do sessions, when a user who was locked is let in again", async () => {
    const bench = openBench();
    const user = await settle(bench);
    await settle(bench, "other");
    const { access } = await byPassword(bench, await client(bench));
    const session = await bench.sessions.begin(user, null);
    for (const status of ["LOCKED", "ACTIVE"] as const) {
      done(await updateUser(bench.world, ORDER, user.userId, { status }));
    }
    assert.equal((await bench.identify(access)).kind, "unknown");
    assert.equal(await bench.sessions.find(session), null);
  });

  test("are good no longer than the token of their client", async () => {
    const bench = openBench();
    const by = await client(bench, T0 + 1_000);
    const granted = done(await ask(bench, { client: by, grantType: "client_credentials" }));
    assert.equal((await bench.identify(granted.access_token)).kind, "known");
    bench.time.now += 1_000;
    assert.equal((await bench.identify(granted.access_token)).kind, "unknown");
    const again = await ask(bench, { client: by, grantType: "client_credentials" });
    assert.ok(!again.ok && again.error.error === "invalid_client");
  });

  test("need a client whose secret is right, and a way that is known", async () => {
    const bench = openBench();
    const by = await client(bench);
    const other = await client(bench);
    const cases: readonly [Partial<GrantRequest>, string][] = [
      [{ grantType: "client_credentials" }, "invalid_client"],
      [{ client: { id: by.id, secret: other.secret } }, "invalid_client"],
      [{ client: { id: by.id, secret: "" } }, "invalid_client"],
      [{ client: by }, "invalid_request"],
      [{ client: by, grantType: "password" }, "invalid_request"],
      [{ client: by, grantType: "implicit" }, "unsupported_grant_type"],
      [{ client: by, grantType: "refresh_token" }, "invalid_grant"],
    ];
    for (const [given, error] of cases) {
      const answer = await ask(bench, given);
      assert.ok(!answer.ok && answer.error.error === error, JSON.stringify([given, answer]));
    }
  });
});

describe("a session", () => {
  const HOUR_MS = 3_600_000;

  test("ends two hours after it was last seen", async () => {
    const bench = openBench();
    const secret = await bench.sessions.begin(await settle(bench), null);
    for (let hours = 0; hours < 3; hours++) {
      bench.time.now += HOUR_MS;
      assert.ok((await bench.sessions.find(secret)) !== null);
    }
    bench.time.now += 2 * HOUR_MS;
    assert.equal(await bench.sessions.find(secret), null);
  });

  test("ends after twelve hours, however busy", async () => {
    const bench = openBench();
    const secret = await bench.sessions.begin(await settle(bench), null);
    for (let hours = 1; hours < 12; hours++) {
      bench.time.now += HOUR_MS;
      assert.ok((await bench.sessions.find(secret)) !== null, String(hours));
    }
    bench.time.now += HOUR_MS;
    assert.equal(await bench.sessions.find(secret), null);
  });

  test("ends with a logout, and with the next login of the browser that holds it", async () => {
    const bench = openBench();
    const user = await settle(bench);
    const first = await bench.sessions.begin(user, null);
    const second = await bench.sessions.begin(user, first);
    assert.equal(await bench.sessions.find(first), null);
    await bench.sessions.end(second);
    assert.equal(await bench.sessions.find(second), null);
    assert.equal((await changes(bench))[0], "logout");
  });

  test("is kept as a digest only", async () => {
    const bench = openBench();
    const secret = await bench.sessions.begin(await settle(bench), null);
    assert.ok(!(await bench.everything()).includes(secret));
    assert.equal(await bench.sessions.find("no-session"), null);
  });
});
