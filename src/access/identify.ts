// From a token to whoever calls: looked up at every call, so that what was revoked, locked or given since is in
// force.

import { ACCESS_LIMITS } from "./access-limits.ts";
import type { AccessWorld } from "./access-world.ts";
import type { Caller } from "./caller.ts";
import type { Identity } from "./identity.ts";
import { buildRights, grantOf, NO_RIGHTS } from "./rights.ts";
import { numberKey, type StoredGroup, type StoredToken, type StoredUser } from "./stored-values.ts";
import { isHashOf, parseToken } from "./token-text.ts";
import { passwordState } from "./user-view.ts";

const UNKNOWN: Identity = { kind: "unknown" };

export async function identifyToken(world: AccessWorld, text: string): Promise<Identity> {
  const given = parseToken(text);
  if (given === null) return UNKNOWN;
  const token = await world.records.read("token", given.id);
  if (token === null || !isHashOf(token.hash, given) || token.use === "refresh") return UNKNOWN;
  const now = world.now();
  if (token.expiresAt !== null && token.expiresAt <= now) return { kind: "expired" };
  if (token.clientId !== null && !(await isGood(world, token.clientId))) return UNKNOWN;
  const caller = await callerOf(world, token);
  if (caller === null) return UNKNOWN;
  if (token.use === "api") await noteUse(world, token.id);
  return { kind: "known", caller };
}

/** Null where the user may not sign in. */
export async function callerOfUser(world: AccessWorld, user: StoredUser): Promise<Caller | null> {
  if (user.status !== "ACTIVE") return null;
  const state = passwordState(user, world);
  const isTemporary = user.password !== null && user.password.temporaryUntil !== null;
  if (state === "EXPIRED" && isTemporary) return null;
  const groups = await Promise.all(
    user.groups.map((id) => world.records.read("group", numberKey(id))),
  );
  const { userId, username, firstName, lastName } = user;
  const needsPassword = state === "PENDING" || state === "EXPIRED";
  return {
    ...{ kind: "user", id: String(userId), userId },
    name: `${firstName} ${lastName}`.trim() || username,
    // Whoever has a temporary password, or too old a one, can do nothing but choose another.
    rights: needsPassword ? NO_RIGHTS : buildRights(grantOf(user), groups.filter(isThere)),
    ...(needsPassword && { needsPassword }),
  };
}

/** Whether it is a token that an administrator made, and that is in force. */
async function isGood(world: AccessWorld, id: string): Promise<boolean> {
  const token = await world.records.read("token", id);
  return token?.use === "api" && (token.expiresAt === null || token.expiresAt > world.now());
}

async function callerOf(world: AccessWorld, token: StoredToken): Promise<Caller | null> {
  const { id, name, grant, limits, clientId } = token;
  const limited = limits === null ? {} : { limits };
  if (grant !== null) {
    const rights = buildRights(grant);
    return { kind: "token", id: clientId ?? id, name, userId: 0, rights, ...limited };
  }
  const user = await world.records.read("user", numberKey(token.userId ?? 0));
  const isSame = user !== null && saltOf(user) === token.passwordSalt;
  const caller = isSame ? await callerOfUser(world, user) : null;
  return caller && { ...caller, ...limited };
}

/** Of the user's password: null where they sign in elsewhere. */
export function saltOf({ password }: Pick<StoredUser, "password">): string | null {
  return password?.current.salt ?? null;
}

async function noteUse(world: AccessWorld, id: string): Promise<void> {
  const now = world.now();
  const known = await world.records.read("token-use", id);
  if (known !== null && Math.abs(now - known.at) < ACCESS_LIMITS.lastUseMs) return;
  await world.records.add([{ kind: "token-use", id, value: { at: now } }]);
  world.records.remember("token-use", id, { at: now });
}

function isThere(group: StoredGroup | null): group is StoredGroup {
  return group !== null;
}
