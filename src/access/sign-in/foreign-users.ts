// People who sign in elsewhere. Who they are and what they may is what the provider said last: they are made
// at their first login, without a password, and given at each what it says then.

import { createHash } from "node:crypto";
import { err, ok, type Result } from "../../model/result.ts";
import type { AccessFault } from "../access-fault.ts";
import type { AccessWorld } from "../access-world.ts";
import { auditRecord } from "../audit.ts";
import type { Caller } from "../caller.ts";
import { callerOfUser } from "../identify.ts";
import { EVERYTHING } from "../rights.ts";
import { type Grant, numberKey, type StoredUser } from "../stored-values.ts";
import { changeOf, createUser, nameKey } from "../users.ts";

export interface ForeignUser {
  readonly issuer: string;
  /** What the provider knows them by. */
  readonly subject: string;
  readonly username: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly grant: Grant;
  /** Of the partner that the user is listed with. */
  readonly pid: number;
}

/** In the audit log, it is the provider that makes users and gives roles. */
const PROVIDER: Caller = {
  ...{ kind: "token", id: "oidc", name: "OpenID Connect", userId: 0 },
  rights: EVERYTHING,
};

/** Null where an administrator has locked the user. */
export async function admitForeignUser(
  world: AccessWorld,
  foreign: ForeignUser,
): Promise<Result<StoredUser | null, AccessFault>> {
  const known = await world.records.readNow("foreign-user", foreignKey(foreign));
  const userId = known?.userId ?? null;
  const user = userId === null ? null : await world.records.readNow("user", numberKey(userId));
  const admitted = user === null ? await make(world, foreign) : await renew(world, user, foreign);
  if (!admitted.ok) return admitted;
  const isLet = (await callerOfUser(world, admitted.value)) !== null;
  await world.records.add([loginEntry(world, admitted.value, isLet)]);
  return ok(isLet ? admitted.value : null);
}

async function make(
  world: AccessWorld,
  foreign: ForeignUser,
): Promise<Result<StoredUser, AccessFault>> {
  const { pid, firstName, lastName, email, grant } = foreign;
  const taken = await world.records.readNow("username", nameKey(foreign.username));
  // Nobody becomes somebody else because a provider gave them that name.
  const username = taken === null ? foreign.username : `${foreign.username} (${foreign.subject})`;
  const given = { ...{ username, firstName, lastName, email }, ...grant };
  const made = await createUser(world, { caller: PROVIDER, pid }, given, "elsewhere");
  if (!made.ok) return made;
  const { userId } = made.value.user;
  const user = await world.records.readNow("user", numberKey(userId));
  await world.records.add([{ kind: "foreign-user", id: foreignKey(foreign), value: { userId } }]);
  return user === null
    ? err({ kind: "busy", message: "The user was removed while it was made." })
    : ok(user);
}

/** Writes only where something has changed. */
async function renew(
  world: AccessWorld,
  { userId }: StoredUser,
  { firstName, lastName, email, grant }: ForeignUser,
): Promise<Result<StoredUser, AccessFault>> {
  return world.records.change(async () => {
    const before = await world.records.readNow("user", numberKey(userId));
    if (before === null) return err({ kind: "unknown", message: "The user was removed." });
    const said = { firstName, lastName, email, ...grant, isAdmin: false };
    const user: StoredUser = { ...before, ...said };
    if (JSON.stringify(user) === JSON.stringify(before)) return ok({ records: [], value: before });
    const now = world.now();
    const changed = { ...user, updateTime: now };
    const order = { caller: PROVIDER, pid: user.pid };
    const { records } = changeOf(world, order, { change: "user.changed", before, user: changed });
    return ok({ records, value: changed });
  });
}

function loginEntry(world: AccessWorld, { userId, pid, username }: StoredUser, isLet: boolean) {
  const id = String(userId);
  return auditRecord({
    ...{ at: world.now(), change: isLet ? "login" : "login.failed", pid },
    by: isLet ? { kind: "user", id, name: username, userId } : null,
    ...{ objectType: "user", objectId: id, before: null, after: { by: "OpenID Connect" } },
  });
}

function foreignKey({ issuer, subject }: ForeignUser): string {
  return createHash("sha256").update(`${issuer} ${subject}`).digest("base64url");
}
