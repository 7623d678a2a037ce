import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObjectType, Permission } from "./caller.ts";
import { isWildcard, VOCABULARIES } from "./permissions.ts";
import { buildRights, mayGive } from "./rights.ts";
import type { Grant, StoredGroup } from "./stored-values.ts";

const T = "TRAIT";
const group = (given: Partial<StoredGroup>): StoredGroup => ({
  ...{ groupId: 1, pid: 1, name: "G", description: "", wildcards: [], permissions: [] },
  ...{ createTime: 0, updateTime: 0, ...given },
});
const NOTHING: Grant = { isInstallationAdministrator: false, roles: [] };
const right = (permission: Permission, scope: number | null = 5, objectType: ObjectType = T) => ({
  ...{ objectType, permission, scope },
});

test("a viewer reads everything of the partner, an editor changes it too", () => {
  const roles = [
    { pid: 1, role: "viewer" as const },
    { pid: 2, role: "editor" as const },
  ];
  const rights = buildRights({ ...NOTHING, roles });
  assert.deepEqual(rights.pids, [1, 2]);
  assert.equal(rights.allows(1, right("READ")), true);
  assert.equal(rights.allows(1, right("WRITE")), false);
  assert.equal(rights.allows(2, right("DELETE", null)), true);
  assert.equal(rights.allows(3, right("READ")), false);
});

test("of several roles with a partner the highest counts", () => {
  const roles = (["editor", "administrator", "viewer"] as const).map((role) => ({ pid: 1, role }));
  assert.equal(buildRights({ ...NOTHING, roles }).roleWith(1), "administrator");
});

test("rights of several groups, and of a role, are put together", () => {
  const permissions = [{ objectType: T, objectId: 5, permissions: ["WRITE"] }] as const;
  const groups = [group({ permissions }), group({ wildcards: ["VIEW_ALL_TRAITS"] })];
  const rights = buildRights({ ...NOTHING, roles: [{ pid: 2, role: "viewer" }] }, groups);
  assert.deepEqual(rights.pids, [1, 2]);
  assert.equal(rights.allows(1, right("WRITE")), true);
  assert.equal(rights.allows(1, right("WRITE", 6)), false);
  assert.equal(rights.allows(1, right("READ", 6)), true);
  assert.equal(rights.allows(1, right("READ", 5, "SEGMENT")), false);
  assert.equal(rights.allows(2, right("WRITE")), false);
});

test("every right has a wildcard, and every wildcard of the vocabulary is known", () => {
  for (const [type, { wildcard, perObject }] of Object.entries(VOCABULARIES)) {
    for (const word of wildcard) assert.ok(isWildcard(word), word);
    if (type === "TAGS") continue;
    // Of the vocabulary's types all but TAGS are types of objects.
    const objectType = type as ObjectType;
    const all = buildRights(NOTHING, [
      group({ wildcards: Object.values(VOCABULARIES).flatMap((each) => each.wildcard) }),
    ]);
    for (const permission of perObject) {
      assert.ok(all.allows(1, right(permission, null, objectType)), `${type} ${permission}`);
    }
  }
});

test("nobody gives what they do not have", () => {
  const own = buildRights({ ...NOTHING, roles: [{ pid: 1, role: "administrator" }] });
  const grant = (pid: number): Grant => ({ ...NOTHING, roles: [{ pid, role: "viewer" }] });
  assert.equal(mayGive(own, grant(1)), true);
  assert.equal(mayGive(own, grant(2)), false);
  assert.equal(mayGive(own, { ...NOTHING, isInstallationAdministrator: true }), false);
  const editor = buildRights({ ...NOTHING, roles: [{ pid: 1, role: "editor" }] });
  assert.equal(mayGive(editor, grant(1)), false);
  const all = buildRights({ ...NOTHING, isInstallationAdministrator: true });
  assert.equal(mayGive(all, { ...grant(2), isInstallationAdministrator: true }), true);
});
