// Groups: what their members may do with which objects of one partner. Rights of single objects belong to
// groups, never to users.

import type { ControlRecord } from "../control/control-store.ts";
import { ok, type Result } from "../model/result.ts";
import {
  type AccessFault,
  conflict,
  forbidden,
  invalid,
  limitReached,
  missing,
  refuseStale,
  unknown,
} from "./access-fault.ts";
import { ACCESS_LIMITS } from "./access-limits.ts";
import type { AccessWorld } from "./access-world.ts";
import { auditRecord } from "./audit.ts";
import { nextId } from "./next-id.ts";
import { isWildcard, VOCABULARIES } from "./permissions.ts";
import {
  type GroupPermission,
  numberKey,
  type StoredGroup,
  type StoredUser,
} from "./stored-values.ts";
import type { Order, Outcome } from "./users.ts";

/** A group as the API shows one. */
export interface GroupView {
  readonly groupId: number;
  readonly pid: number;
  readonly name: string;
  readonly description: string;
  readonly membershipCount: number;
  readonly wildcards: readonly string[];
  readonly users: readonly number[];
}

export interface GivenGroup {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly wildcards?: readonly string[] | undefined;
  /** All members. */
  readonly users?: readonly number[] | undefined;
}

export async function createGroup(
  world: AccessWorld,
  order: Order,
  given: GivenGroup & { readonly name: string },
): Outcome<GroupView> {
  return world.records.change(async () => {
    const { id: groupId, record } = await nextId(world.records, "group");
    const now = world.now();
    const group = { ...NEW_GROUP, groupId, pid: order.pid, createTime: now };
    const changed = await changeGroup(world, order, { group, before: null, given });
    return changed.ok
      ? ok({ ...changed.value, records: [...changed.value.records, record] })
      : changed;
  });
}

/** What is left out of `given` stays. */
export async function updateGroup(
  world: AccessWorld,
  order: Order,
  groupId: number,
  given: GivenGroup,
): Outcome<GroupView> {
  return world.records.change(async () => {
    const found = await findOwn(world, order, groupId);
    if (!found.ok) return found;
    const shown = showGroup(found.value, await world.records.listNow("user"));
    const stale = refuseStale(shown, order.ifMatch);
    if (stale !== null) return stale;
    return changeGroup(world, order, { group: found.value, before: found.value, given });
  });
}

/** All or none. Members lose what only the group gave them. */
export async function removeGroups(
  world: AccessWorld,
  order: Order,
  groupIds: readonly number[],
): Outcome<null> {
  return world.records.change(async () => {
    const groups: StoredGroup[] = [];
    const unknownIds: number[] = [];
    for (const groupId of new Set(groupIds)) {
      const found = await findOwn(world, order, groupId);
      if (found.ok) groups.push(found.value);
      else unknownIds.push(groupId);
    }
    if (unknownIds.length > 0) return missing("group", unknownIds);
    const users = await world.records.listNow("user");
    for (const group of groups) {
      const stale = refuseStale(showGroup(group, users), order.ifMatch);
      if (stale !== null) return stale;
    }
    const gone = new Set(groups.map(({ groupId }) => groupId));
    const records = users
      .filter((user) => user.groups.some((id) => gone.has(id)))
      .map((user) =>
        memberRecord(
          user,
          user.groups.filter((id) => !gone.has(id)),
        ),
      );
    for (const group of groups) {
      records.push({ kind: "group", id: numberKey(group.groupId), value: null });
      const before = showGroup(group, users);
      records.push(entry(world, order, { change: "group.removed", group, before, after: null }));
    }
    return ok({ records, value: null });
  });
}

export async function listGroups(world: AccessWorld, pid: number): Promise<readonly GroupView[]> {
  const users = await world.records.listNow("user");
  return (await world.records.listNow("group"))
    .filter((group) => group.pid === pid)
    .map((group) => showGroup(group, users));
}

export async function findGroup(
  world: AccessWorld,
  order: Order,
  groupId: number,
): Outcome<GroupView> {
  const found = await findOwn(world, order, groupId);
  return found.ok ? ok(showGroup(found.value, await world.records.listNow("user"))) : found;
}

export async function groupPermissions(
  world: AccessWorld,
  order: Order,
  groupId: number,
): Outcome<readonly GroupPermission[]> {
  const found = await findOwn(world, order, groupId);
  return found.ok ? ok(found.value.permissions) : found;
}

/** Replaces the whole list. */
export async function setGroupPermissions(
  world: AccessWorld,
  order: Order,
  groupId: number,
  permissions: readonly GroupPermission[],
): Outcome<readonly GroupPermission[]> {
  for (const [index, { objectType, permissions: given }] of permissions.entries()) {
    const known = VOCABULARIES[objectType].perObject;
    const wrong = given.find((permission) => !known.includes(permission));
    if (wrong === undefined) continue;
    const expected = known.length === 0 ? "wildcards only" : `some of ${known.join(", ")}`;
    return invalid(
      `/${index}/permissions`,
      `${wrong} cannot be given for one object; expected ${expected} for ${objectType}.`,
    );
  }
  for (const { objectType, objectId } of permissions) {
    if (await world.isDefined({ pid: order.pid, objectType, objectId })) continue;
    return forbidden(`There is no ${objectType} ${objectId} that the caller has to do with.`);
  }
  return world.records.change(async () => {
    const found = await findOwn(world, order, groupId);
    if (!found.ok) return found;
    const stale = refuseStale(found.value.permissions, order.ifMatch);
    if (stale !== null) return stale;
    const group = { ...found.value, permissions, updateTime: world.now() };
    const records = [
      { kind: "group", id: numberKey(groupId), value: group },
      entry(world, order, {
        ...{ change: "group.permissions-changed", group },
        ...{ before: found.value.permissions, after: permissions },
      }),
    ];
    return ok({ records, value: permissions });
  });
}

const NEW_GROUP = { name: "", description: "", wildcards: [], permissions: [], updateTime: 0 };

async function findOwn(world: AccessWorld, { pid }: Order, groupId: number): Outcome<StoredGroup> {
  const group = await world.records.readNow("group", numberKey(groupId));
  return group?.pid === pid ? ok(group) : unknown("There is no group with this ID.");
}

interface GroupChange {
  readonly group: StoredGroup;
  readonly before: StoredGroup | null;
  readonly given: GivenGroup;
}

async function changeGroup(
  world: AccessWorld,
  order: Order,
  { group: former, before, given }: GroupChange,
): Promise<
  Result<{ readonly records: readonly ControlRecord[]; readonly value: GroupView }, AccessFault>
> {
  const groups = (await world.records.listNow("group")).filter(({ pid }) => pid === order.pid);
  if (before === null && groups.length >= ACCESS_LIMITS.groups) {
    return limitReached(`A partner has at most ${ACCESS_LIMITS.groups} groups.`);
  }
  const group: StoredGroup = {
    ...former,
    name: given.name ?? former.name,
    description: given.description ?? former.description,
    wildcards: given.wildcards ?? former.wildcards,
    updateTime: world.now(),
  };
  const { groupId } = group;
  if (groups.some((other) => other.groupId !== groupId && other.name === group.name)) {
    const message = "There is a group of this name.";
    return conflict(message, [{ at: "/name", code: "E_DUPLICATE", message }]);
  }
  const wrong = group.wildcards.findIndex((word) => !isWildcard(word));
  if (wrong >= 0) {
    return invalid(`/wildcards/${wrong}`, `${group.wildcards[wrong]} is no wildcard.`);
  }
  const users = await world.records.listNow("user");
  const members = membersAfter(users, group, given.users);
  if (!members.ok) return members;
  const after = showGroup(group, members.value.users);
  const change = before === null ? "group.created" : "group.changed";
  const records: ControlRecord[] = [
    { kind: "group", id: numberKey(groupId), value: group },
    ...members.value.records,
    entry(world, order, { change, group, before: before && showGroup(before, users), after }),
  ];
  return ok({ records, value: after });
}

interface Members {
  /** All users, as they are then. */
  readonly users: readonly StoredUser[];
  readonly records: readonly ControlRecord[];
}

function membersAfter(
  users: readonly StoredUser[],
  { groupId, pid }: StoredGroup,
  wanted: readonly number[] | undefined,
): Result<Members, AccessFault> {
  if (wanted === undefined) return ok({ users, records: [] });
  const own = new Set(users.flatMap((user) => (user.pid === pid ? [user.userId] : [])));
  const stranger = wanted.findIndex((userId) => !own.has(userId));
  if (stranger >= 0) {
    return invalid(`/users/${stranger}`, `There is no user ${wanted[stranger]} of this partner.`);
  }
  const records: ControlRecord[] = [];
  const after = users.map((user) => {
    const isMember = user.groups.includes(groupId);
    if (isMember === wanted.includes(user.userId)) return user;
    const groups = isMember
      ? user.groups.filter((id) => id !== groupId)
      : [...user.groups, groupId];
    records.push(memberRecord(user, groups));
    return { ...user, groups };
  });
  return ok({ users: after, records });
}

function memberRecord(user: StoredUser, groups: readonly number[]): ControlRecord {
  return { kind: "user", id: numberKey(user.userId), value: { ...user, groups } };
}

function showGroup(group: StoredGroup, everyone: readonly StoredUser[]): GroupView {
  const { groupId, pid, name, description, wildcards } = group;
  const users = everyone.flatMap((user) => (user.groups.includes(groupId) ? [user.userId] : []));
  return { groupId, pid, name, description, membershipCount: users.length, wildcards, users };
}

interface GroupEntry {
  readonly change: string;
  readonly group: StoredGroup;
  readonly before: unknown;
  readonly after: unknown;
}

function entry(
  world: AccessWorld,
  { caller }: Order,
  { change, group: { pid, groupId }, before, after }: GroupEntry,
): ControlRecord {
  return auditRecord({
    ...{ at: world.now(), change, by: caller, pid, before, after },
    ...{ objectType: "group", objectId: String(groupId) },
  });
}
