// Users: who they are, what they were given, and how that changes. Nobody changes a user who may more than
// they do themselves, and no partner loses its last administrator.

import { createHash } from "node:crypto";
import type { ControlRecord } from "../control/control-store.ts";
import { err, ok, type Result } from "../model/result.ts";
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
import type { Change } from "./access-records.ts";
import type { AccessWorld } from "./access-world.ts";
import { auditRecord } from "./audit.ts";
import type { Caller } from "./caller.ts";
import { nextId } from "./next-id.ts";
import { changedPassword, temporaryPassword } from "./password-hash.ts";
import { grantOf, mayGive } from "./rights.ts";
import { signOut } from "./sign-out.ts";
import { numberKey, type RoleWith, type StoredUser, type UserStatus } from "./stored-values.ts";
import { showUser, type UserView } from "./user-view.ts";

/** What users say of themselves. */
export interface OwnUserData {
  readonly firstName?: string;
  readonly lastName?: string;
  readonly email?: string;
  readonly title?: string;
  readonly phoneNumber?: string;
}

export interface GivenUser extends OwnUserData {
  readonly username?: string;
  readonly status?: UserStatus;
  readonly groups?: readonly number[];
  readonly isAdmin?: boolean;
  readonly isInstallationAdministrator?: boolean;
  readonly roles?: readonly RoleWith[];
}

/** Who orders something, and for which partner. */
export interface Order {
  readonly caller: Caller;
  readonly pid: number;
  /** Which state of the object the caller knows; left out or null where it does not say. */
  readonly ifMatch?: string | null;
}

export type Outcome<T> = Promise<Result<T, AccessFault>>;

export interface MadeUser {
  readonly user: UserView;
  /** Shown this once: no mail is sent. Null for users who sign in elsewhere. */
  readonly temporaryPassword: string | null;
}

const NOT_THEIRS =
  "Only those who could give all of this user's rights themselves may do this: administrators with each of the partners.";

export async function createUser(
  world: AccessWorld,
  order: Order,
  given: GivenUser & { readonly username: string },
  way: "password" | "elsewhere" = "password",
): Outcome<MadeUser> {
  const now = world.now();
  const temporary = way === "password" ? temporaryPassword() : null;
  const password = temporary === null ? null : await newTemporary(world, temporary, null);
  return world.records.change(async () => {
    if ((await world.records.readNow("username", nameKey(given.username))) !== null) {
      return conflict("The username is taken.", [
        { at: "/username", code: "E_DUPLICATE", message: "The username is taken." },
      ]);
    }
    const users = await world.records.listNow("user");
    if (users.filter(({ pid }) => pid === order.pid).length >= ACCESS_LIMITS.users) {
      return limitReached(`A partner has at most ${ACCESS_LIMITS.users} users.`);
    }
    const { id: userId, record } = await nextId(world.records, "user");
    const user: StoredUser = {
      ...NEW_USER,
      ...givenOf(given),
      ...{ userId, pid: order.pid, createTime: now, updateTime: now, password },
    };
    const fault = await faultOf(world, order, user);
    if (fault !== null) return err(fault);
    const after = showUser(user, world);
    const records = [
      ...userRecords(user),
      record,
      entry(order, now, { change: "user.created", user, before: null, after }),
    ];
    return ok({ records, value: { user: after, temporaryPassword: temporary } });
  });
}

/** What is left out of `given` stays. */
export async function updateUser(
  world: AccessWorld,
  order: Order,
  userId: number,
  given: GivenUser,
): Outcome<UserView> {
  return world.records.change(async () => {
    const found = await findOwn(world, order, userId);
    if (!found.ok) return found;
    const before = found.value;
    if (!mayGive(order.caller.rights, grantOf(before))) return forbidden(NOT_THEIRS);
    const stale = refuseStale(showUser(before, world), order.ifMatch);
    if (stale !== null) return stale;
    if (given.username !== undefined && nameKey(given.username) !== nameKey(before.username)) {
      return invalid("/username", "A username stays what it is.");
    }
    const now = world.now();
    const changed = { ...before, ...givenOf(given), updateTime: now };
    // Whoever is let in again begins with no wrong passwords.
    const failures =
      changed.status === "ACTIVE" && before.status !== "ACTIVE" ? 0 : before.failures;
    const user = { ...changed, failures };
    const fault = await faultOf(world, order, user);
    if (fault !== null) return err(fault);
    const lost = await lastAdministratorOf(world, [before], [user]);
    if (lost !== null) return lost;
    const { records, value } = changeOf(world, order, { change: "user.changed", before, user });
    const ended = user.status === "ACTIVE" ? [] : await signOut(world.records, userId);
    return ok({ records: [...records, ...ended], value });
  });
}

/** A user's own doing: names and addresses, nothing that gives rights. */
export async function updateOwnUser(
  world: AccessWorld,
  { caller, ifMatch }: Pick<Order, "caller" | "ifMatch">,
  given: OwnUserData,
): Outcome<UserView> {
  return world.records.change(async () => {
    const before = await world.records.readNow("user", numberKey(caller.userId));
    if (before === null) return unknown("No user stands behind this token.");
    const stale = refuseStale(showUser(before, world), ifMatch);
    if (stale !== null) return stale;
    const now = world.now();
    const { firstName, lastName, email, title, phoneNumber } = given;
    const said = definedOf({ firstName, lastName, email, title, phoneNumber });
    const user: StoredUser = { ...before, ...said, updateTime: now };
    return ok(changeOf(world, { caller, pid: user.pid }, { change: "user.changed", before, user }));
  });
}

/** All or none. */
export async function removeUsers(
  world: AccessWorld,
  order: Order,
  userIds: readonly number[],
): Outcome<null> {
  return world.records.change(async () => {
    const users: StoredUser[] = [];
    const ended: ControlRecord[] = [];
    const unknownIds: number[] = [];
    for (const userId of new Set(userIds)) {
      const found = await findOwn(world, order, userId);
      if (!found.ok) {
        unknownIds.push(userId);
        continue;
      }
      if (!mayGive(order.caller.rights, grantOf(found.value))) return forbidden(NOT_THEIRS);
      const stale = refuseStale(showUser(found.value, world), order.ifMatch);
      if (stale !== null) return stale;
      users.push(found.value);
      ended.push(...(await signOut(world.records, userId)));
    }
    if (unknownIds.length > 0) return missing("user", unknownIds);
    const lost = await lastAdministratorOf(world, users, []);
    if (lost !== null) return lost;
    const now = world.now();
    const records = users.flatMap((user): ControlRecord[] => [
      { kind: "user", id: numberKey(user.userId), value: null },
      { kind: "username", id: nameKey(user.username), value: null },
      entry(order, now, {
        ...{ change: "user.removed", user, before: showUser(user, world), after: null },
      }),
    ]);
    return ok({ records: [...records, ...ended], value: null });
  });
}

/** Sets a password for 24 hours, with which its user can do nothing but choose another. */
export async function resetPassword(
  world: AccessWorld,
  order: Order,
  userId: number,
): Outcome<{ readonly temporaryPassword: string }> {
  const temporary = temporaryPassword();
  const before = await world.records.readNow("user", numberKey(userId));
  const password = await newTemporary(world, temporary, before?.password ?? null);
  return world.records.change(async () => {
    const found = await findOwn(world, order, userId);
    if (!found.ok) return found;
    if (!mayGive(order.caller.rights, grantOf(found.value))) return forbidden(NOT_THEIRS);
    const now = world.now();
    const user = { ...found.value, password, failures: 0, updateTime: now };
    const change = { change: "user.password-reset", before: found.value, user };
    const { records } = changeOf(world, order, change);
    const ended = await signOut(world.records, userId);
    return ok({ records: [...records, ...ended], value: { temporaryPassword: temporary } });
  });
}

/** Of the partner, in the order of their IDs; members of any of the groups, where some are named. */
export async function listUsers(
  world: AccessWorld,
  pid: number,
  groups: readonly number[] = [],
): Promise<readonly UserView[]> {
  return (await world.records.listNow("user"))
    .filter((user) => user.pid === pid)
    .filter((user) => groups.length === 0 || user.groups.some((id) => groups.includes(id)))
    .map((user) => showUser(user, world));
}

export async function findUser(world: AccessWorld, pid: number, userId: number): Outcome<UserView> {
  const user = await world.records.readNow("user", numberKey(userId));
  if (user?.pid !== pid) return unknown(NO_USER);
  return ok(showUser(user, world));
}

/** What the name of a user is found under: names may hold anything, IDs of records may not. */
export function nameKey(username: string): string {
  return createHash("sha256").update(username.normalize("NFKC").toLowerCase()).digest("base64url");
}

const NO_USER = "There is no user with this ID.";

const NEW_USER = {
  username: "",
  status: "ACTIVE",
  ...{ firstName: "", lastName: "", email: "", title: "", phoneNumber: "" },
  ...{ groups: [], isAdmin: false, isInstallationAdministrator: false, roles: [], failures: 0 },
} as const;

async function findOwn(world: AccessWorld, { pid }: Order, userId: number): Outcome<StoredUser> {
  const user = await world.records.readNow("user", numberKey(userId));
  return user?.pid === pid ? ok(user) : unknown(NO_USER);
}

async function faultOf(
  world: AccessWorld,
  { caller, pid }: Order,
  user: StoredUser,
): Promise<AccessFault | null> {
  if (!mayGive(caller.rights, grantOf(user))) return forbidden(NOT_THEIRS).error;
  for (const [index, groupId] of user.groups.entries()) {
    const group = await world.records.readNow("group", numberKey(groupId));
    if (group?.pid === pid) continue;
    return invalid(`/groups/${index}`, `There is no group ${groupId} of this partner.`).error;
  }
  return null;
}

/** A conflict where a partner would be left without an administrator who can sign in. */
async function lastAdministratorOf(
  world: AccessWorld,
  before: readonly StoredUser[],
  after: readonly StoredUser[],
): Promise<ReturnType<typeof conflict> | null> {
  const losing = new Set(before.flatMap(administeredBy));
  const changed = new Set(before.map(({ userId }) => userId));
  const others = (await world.records.listNow("user")).filter(({ userId }) => !changed.has(userId));
  for (const pid of [...others, ...after].flatMap(administeredBy)) losing.delete(pid);
  const [pid] = losing;
  if (pid === undefined) return null;
  const blocking = before.flatMap((user) =>
    administeredBy(user).includes(pid) ? [user.userId] : [],
  );
  const message = `Partner ${pid} would have no administrator: user ${blocking.join(", ")} is the last.`;
  return conflict(message, [{ at: "/userId", code: "E_VALUE", message }]);
}

function administeredBy(user: StoredUser): readonly number[] {
  if (user.status !== "ACTIVE") return [];
  return grantOf(user).roles.flatMap(({ pid, role }) => (role === "administrator" ? [pid] : []));
}

async function newTemporary(
  world: AccessWorld,
  password: string,
  before: StoredUser["password"],
): Promise<StoredUser["password"]> {
  const now = world.now();
  const temporaryUntil = now + ACCESS_LIMITS.temporaryPasswordMs;
  const { passwordCost: cost } = world;
  return changedPassword({ password, cost, before, now, temporaryUntil });
}

interface UserChange {
  readonly change: string;
  readonly before: StoredUser;
  readonly user: StoredUser;
}

/** The record of a user as they are now, with its entry in the log. */
export function changeOf(
  world: AccessWorld,
  order: Order,
  { change, before, user }: UserChange,
): Change<UserView> {
  const after = showUser(user, world);
  const records = [
    { kind: "user", id: numberKey(user.userId), value: user },
    entry(order, world.now(), { change, user, before: showUser(before, world), after }),
  ];
  return { records, value: after };
}

function userRecords(user: StoredUser): ControlRecord[] {
  const { userId, username } = user;
  return [
    { kind: "user", id: numberKey(userId), value: user },
    { kind: "username", id: nameKey(username), value: { userId } },
  ];
}

interface UserEntry {
  readonly change: string;
  readonly user: StoredUser;
  readonly before: UserView | null;
  readonly after: UserView | null;
}

function entry({ caller }: Order, at: number, { change, user, ...both }: UserEntry): ControlRecord {
  const { pid, userId } = user;
  const objectId = String(userId);
  return auditRecord({ at, change, by: caller, pid, objectType: "user", objectId, ...both });
}

/**
 * What may be given, of what was: whatever else came along, such as an ID or a partner, is not for the caller to
 * say. What was left out is left out here too: `undefined` would hide what there was.
 */
function givenOf(given: GivenUser & { readonly username?: string }): Partial<StoredUser> {
  const { firstName, lastName, email, title, phoneNumber } = given;
  const { username, status, groups, isAdmin, isInstallationAdministrator, roles } = given;
  return definedOf({
    ...{ firstName, lastName, email, title, phoneNumber },
    ...{ username, status, groups, isAdmin, isInstallationAdministrator, roles },
  });
}

function definedOf<T extends object>(given: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  // What is taken out is optional where this goes.
  return Object.fromEntries(entries) as { [Key in keyof T]: Exclude<T[Key], undefined> };
}
