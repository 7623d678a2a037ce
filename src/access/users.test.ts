import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type AccessBench,
  ADMIN,
  done,
  openBench,
  refusal,
} from "../../test/support/access-world.ts";
import type { Caller } from "./caller.ts";
import {
  createGroup,
  findGroup,
  removeGroups,
  setGroupPermissions,
  updateGroup,
} from "./groups.ts";
import { callerOfUser } from "./identify.ts";
import { buildRights } from "./rights.ts";
import { numberKey } from "./stored-values.ts";
import {
  createUser,
  type GivenUser,
  listUsers,
  removeUsers,
  resetPassword,
  updateOwnUser,
  updateUser,
} from "./users.ts";

const FIRST = { caller: ADMIN, pid: 1 };
const SECOND = { caller: ADMIN, pid: 2 };

function administratorOf(pid: number): Caller {
  const roles = [{ pid, role: "administrator" as const }];
  const rights = buildRights({ isInstallationAdministrator: false, roles });
  return { kind: "user", id: "99", name: "Other", userId: 99, rights };
}
const ANNA = { caller: administratorOf(1), pid: 1 };

async function make(bench: AccessBench, username: string, given: GivenUser = {}, order = FIRST) {
  return done(await createUser(bench.world, order, { ...given, username })).user;
}

async function callerOf({ world }: AccessBench, userId: number): Promise<Caller | null> {
  const user = await world.records.readNow("user", numberKey(userId));
  // As if the temporary password had been changed.
  const settled = user && { ...user, password: null };
  return settled && callerOfUser(world, settled);
}

test("a username is given once in the installation, whatever its letters' case", async () => {
  const bench = openBench();
  await make(bench, "Anna");
  const again = await createUser(bench.world, SECOND, { username: "anna" });
  assert.equal(refusal(again), "conflict");
});

test("IDs of users that were removed are not given again", async () => {
  const bench = openBench();
  const { userId } = await make(bench, "anna");
  done(await removeUsers(bench.world, FIRST, [userId]));
  assert.notEqual((await make(bench, "anna")).userId, userId);
});

test("users are seen and changed by their own partner only", async () => {
  const bench = openBench();
  const { userId } = await make(bench, "anna");
  assert.deepEqual(await listUsers(bench.world, 2), []);
  assert.equal(refusal(await updateUser(bench.world, SECOND, userId, { title: "x" })), "unknown");
  assert.equal(refusal(await removeUsers(bench.world, SECOND, [userId])), "unknown");
  assert.equal(refusal(await resetPassword(bench.world, SECOND, userId)), "unknown");
});

test("a change keeps what it leaves out", async () => {
  const bench = openBench();
  const before = await make(bench, "anna", { title: "Dr", email: "a@example.com" });
  const after = done(await updateUser(bench.world, FIRST, before.userId, { title: "Prof" }));
  assert.deepEqual(after, { ...before, title: "Prof" });
});

test("a change moves no user to another partner, and writes over no other user", async () => {
  const bench = openBench();
  const anna = await make(bench, "anna");
  const bert = await make(bench, "bert", { isAdmin: true });
  // As a body might have it: what comes back with an object may be sent again.
  const given = { pid: 2, userId: bert.userId, title: "x", failures: 9, password: null };
  for (const order of [FIRST, ANNA]) {
    const changed = done(await updateUser(bench.world, order, anna.userId, given));
    assert.deepEqual(changed, { ...anna, title: "x" });
  }
  const caller = { ...ADMIN, userId: anna.userId };
  const own = { ...given, isAdmin: true, status: "LOCKED", title: "y" };
  assert.deepEqual(done(await updateOwnUser(bench.world, { caller }, own)), {
    ...anna,
    title: "y",
  });
  const made = await make(bench, "carl", given);
  assert.deepEqual([made.pid, made.userId], [1, bert.userId + 1]);
  assert.deepEqual(
    (await listUsers(bench.world, 1)).map(({ username }) => username),
    [...["anna", "bert", "carl"]],
  );
  const kept = await bench.world.records.readNow("user", numberKey(anna.userId));
  assert.deepEqual([kept?.failures, kept?.password === null], [0, false]);
});

test("a user of the limit's number too many is refused, and nobody is made", async () => {
  const bench = openBench();
  for (let made = 0; made < 1_000; made++) {
    const user = { pid: 1, userId: 1_000 + made, groups: [], roles: [], password: null };
    await bench.store.write([{ kind: "user", id: numberKey(user.userId), value: user }]);
  }
  assert.equal(refusal(await createUser(bench.world, FIRST, { username: "more" })), "limit");
  done(await createUser(bench.world, SECOND, { username: "elsewhere" }));
  assert.equal((await listUsers(bench.world, 1)).length, 1_000);
});

describe("nobody gives more than they have", () => {
  const cases: readonly [string, GivenUser][] = [
    ["a role with another partner", { roles: [{ pid: 2, role: "viewer" }] }],
    ["the installation", { isInstallationAdministrator: true }],
  ];
  for (const [what, given] of cases) {
    test(`${what} is not an administrator of one partner's to give`, async () => {
      const bench = openBench();
      const created = await createUser(bench.world, ANNA, { username: "bert", ...given });
      assert.equal(refusal(created), "forbidden");
      const { userId } = await make(bench, "carl");
      assert.equal(refusal(await updateUser(bench.world, ANNA, userId, given)), "forbidden");
    });

    test(`whoever has ${what} is not for an administrator of one partner to change`, async () => {
      const bench = openBench();
      const { userId } = await make(bench, "bert", given);
      assert.equal(
        refusal(await updateUser(bench.world, ANNA, userId, { title: "x" })),
        "forbidden",
      );
      const less = { roles: [], isInstallationAdministrator: false };
      assert.equal(refusal(await updateUser(bench.world, ANNA, userId, less)), "forbidden");
      assert.equal(refusal(await resetPassword(bench.world, ANNA, userId)), "forbidden");
      assert.equal(refusal(await removeUsers(bench.world, ANNA, [userId])), "forbidden");
    });
  }
});

describe("the last administrator of a partner", () => {
  test("is neither removed, nor made less, nor locked out", async () => {
    const bench = openBench();
    const { userId } = await make(bench, "anna", { isAdmin: true });
    const ways = [
      await removeUsers(bench.world, FIRST, [userId]),
      await updateUser(bench.world, FIRST, userId, { isAdmin: false }),
      await updateUser(bench.world, FIRST, userId, { status: "INACTIVE" }),
    ];
    assert.deepEqual(ways.map(refusal), ["conflict", "conflict", "conflict"]);
    assert.equal((await listUsers(bench.world, 1)).length, 1);
  });

  test("may go when there is another, who is then the last", async () => {
    const bench = openBench();
    const anna = await make(bench, "anna", { isAdmin: true });
    const bert = await make(bench, "bert", { roles: [{ pid: 1, role: "administrator" }] });
    const all = await removeUsers(bench.world, FIRST, [anna.userId, bert.userId]);
    assert.equal(refusal(all), "conflict");
    done(await removeUsers(bench.world, FIRST, [anna.userId]));
    assert.equal(refusal(await removeUsers(bench.world, FIRST, [bert.userId])), "conflict");
  });

  test("is not counted among those who cannot sign in", async () => {
    const bench = openBench();
    const anna = await make(bench, "anna", { isAdmin: true });
    await make(bench, "bert", { isAdmin: true, status: "LOCKED" });
    assert.equal(refusal(await removeUsers(bench.world, FIRST, [anna.userId])), "conflict");
  });
});

test("users are removed all or none", async () => {
  const bench = openBench();
  const { userId } = await make(bench, "anna");
  assert.equal(refusal(await removeUsers(bench.world, FIRST, [userId, 12_345])), "unknown");
  assert.equal((await listUsers(bench.world, 1)).length, 1);
});

describe("a group", () => {
  const read = { objectType: "SEGMENT", permission: "READ", scope: 5 } as const;

  test("gives its members what it may, by data source or by wildcard", async () => {
    const bench = openBench();
    const { userId } = await make(bench, "anna");
    const group = done(await createGroup(bench.world, FIRST, { name: "G", users: [userId] }));
    const given = { objectType: "SEGMENT", objectId: 5, permissions: ["READ"] } as const;
    const { groupId } = group;
    done(await setGroupPermissions(bench.world, FIRST, groupId, [given]));
    const rights = (await callerOf(bench, userId))?.rights;
    assert.deepEqual(rights?.pids, [1]);
    assert.equal(rights?.roleWith(1), null);
    assert.equal(rights?.allows(1, read), true);
    assert.equal(rights?.allows(1, { ...read, scope: 6 }), false);
    assert.equal(rights?.allows(1, { ...read, permission: "WRITE" }), false);
    assert.equal(rights?.allows(2, read), false);

    done(await updateGroup(bench.world, FIRST, groupId, { wildcards: ["EDIT_ALL_SEGMENTS"] }));
    const wider = (await callerOf(bench, userId))?.rights;
    assert.equal(wider?.allows(1, { ...read, permission: "WRITE", scope: 77 }), true);
    assert.equal(wider?.allows(1, { ...read, permission: "WRITE", scope: null }), true);
  });

  test("takes what it gave with it when it is removed", async () => {
    const bench = openBench();
    const { userId } = await make(bench, "anna");
    const wildcards = ["VIEW_ALL_SEGMENTS"];
    const group = { name: "G", users: [userId], wildcards };
    const { groupId } = done(await createGroup(bench.world, FIRST, group));
    assert.equal((await callerOf(bench, userId))?.rights.allows(1, read), true);
    done(await removeGroups(bench.world, FIRST, [groupId]));
    assert.equal((await callerOf(bench, userId))?.rights.allows(1, read), false);
    assert.deepEqual((await listUsers(bench.world, 1))[0]?.groups, []);
  });

  test("counts its members, wherever they were put in", async () => {
    const bench = openBench();
    const { groupId } = done(await createGroup(bench.world, FIRST, { name: "G" }));
    const { userId } = await make(bench, "anna", { groups: [groupId] });
    const group = done(await findGroup(bench.world, FIRST, groupId));
    assert.deepEqual([group.membershipCount, group.users], [1, [userId]]);
    assert.deepEqual(
      await listUsers(bench.world, 1, [groupId, 77]),
      await listUsers(bench.world, 1),
    );
    assert.deepEqual(await listUsers(bench.world, 1, [77]), []);
  });

  test("has a name of its own, known wildcards, and members and objects of its partner", async () => {
    const bench = openBench();
    const { groupId } = done(await createGroup(bench.world, FIRST, { name: "G" }));
    const stranger = await make(bench, "anna", {}, SECOND);
    const { world } = bench;
    const object = { objectType: "TRAIT", objectId: 101, permissions: ["READ"] } as const;
    const outcomes = [
      await createGroup(world, FIRST, { name: "G" }),
      await updateGroup(world, FIRST, groupId, { wildcards: ["FLY"] }),
      await updateGroup(world, FIRST, groupId, { users: [stranger.userId] }),
      await setGroupPermissions(world, FIRST, groupId, [object]),
      await setGroupPermissions(world, FIRST, groupId, [
        { objectType: "DERIVED_SIGNALS", objectId: 1, permissions: ["READ"] },
      ]),
      await createUser(world, SECOND, { username: "b", groups: [groupId] }),
    ];
    assert.deepEqual(outcomes.map(refusal), [
      ...["conflict", "invalid", "invalid", "forbidden", "invalid", "invalid"],
    ]);
  });
});

test("of two nodes that want the same at once, one gets it", async () => {
  const bench = openBench();
  const other = bench.another();
  const outcomes = await Promise.all(
    [bench, other, bench, other].map(({ world }) => createGroup(world, FIRST, { name: "Same" })),
  );
  assert.equal(outcomes.filter(({ ok }) => ok).length, 1);
});

test("of two nodes that change at once, the second sees what the first has done", async () => {
  const bench = openBench();
  const other = bench.another();
  const outcomes = await Promise.all([
    createUser(bench.world, FIRST, { username: "same" }),
    createUser(other.world, FIRST, { username: "same" }),
    createUser(other.world, FIRST, { username: "another" }),
  ]);
  assert.equal(outcomes.filter(({ ok }) => ok).length, 2);
  const ids = (await listUsers(bench.world, 1)).map(({ userId }) => userId);
  assert.deepEqual(ids, [1, 2]);
});
