// Tokens that administrators make: shown once, kept as a hash, good until they expire or are revoked. Each is
// a client as well: with its ID and itself as the secret it gets access tokens at `/oauth/token`.

import { err, ok } from "../model/result.ts";
import { type AccessFault, forbidden, invalid, limitReached, unknown } from "./access-fault.ts";
import { ACCESS_LIMITS } from "./access-limits.ts";
import type { AccessWorld } from "./access-world.ts";
import { auditRecord } from "./audit.ts";
import type { Caller, CallerLimits } from "./caller.ts";
import { mayGive } from "./rights.ts";
import { removalOf } from "./sign-out.ts";
import type { Grant, StoredToken } from "./stored-values.ts";
import { hashToken, newToken, printToken } from "./token-text.ts";
import type { Outcome } from "./users.ts";

/** A token as the API shows it: never the token itself, nor its hash. */
export interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly isInstallationAdministrator: boolean;
  readonly roles: Grant["roles"];
  readonly isReadOnly: boolean;
  readonly routeGroups: readonly string[] | null;
  readonly createTime: number;
  readonly crUID: number;
  readonly expiresAt: number | null;
  /** Within an hour; null: never. */
  readonly lastUsedAt: number | null;
}

export interface GivenToken {
  readonly name: string;
  readonly grant: Grant;
  readonly limits: CallerLimits;
  /** Milliseconds since the epoch; null: never. */
  readonly expiresAt: number | null;
}

export interface MadeToken {
  readonly token: string;
  readonly view: TokenView;
}

const OBJECT_TYPE = "token";

export async function createToken(
  world: AccessWorld,
  caller: Caller,
  given: GivenToken,
): Outcome<MadeToken> {
  const { grant, limits, expiresAt, name } = given;
  const fault = faultOf(world, caller, given);
  if (fault !== null) return err(fault);
  const text = newToken();
  const stored: StoredToken = {
    ...{ id: text.id, name, hash: hashToken(text), use: "api", grant, limits, expiresAt },
    ...{
      userId: null,
      passwordSalt: null,
      clientId: null,
      createTime: world.now(),
      crUID: caller.userId,
    },
  };
  const view = showToken(stored, null);
  return world.records.change(async () => {
    const tokens = await world.records.listNow("token");
    const isFull = tokens.filter(({ use }) => use === "api").length >= ACCESS_LIMITS.tokens;
    if (isFull) return limitReached(`There are at most ${ACCESS_LIMITS.tokens} tokens.`);
    const records = [
      ...expiredRecords(tokens, world.now()),
      { kind: "token", id: stored.id, value: stored },
      entryOf(world, caller, { change: "token.created", stored, before: null, after: view }),
    ];
    return ok({ records, value: { token: printToken(text), view } });
  });
}

/** Those whose rights the caller could give; of one partner where one is named. */
export async function listTokens(
  world: AccessWorld,
  caller: Caller,
  pid: number | null,
): Promise<readonly TokenView[]> {
  const tokens = (await world.records.listNow("token"))
    .filter(({ use }) => use === "api")
    .filter(({ grant }) => grant !== null && mayGive(caller.rights, grant))
    .filter(({ grant }) => pid === null || grant?.roles.some((role) => role.pid === pid));
  const uses = await Promise.all(tokens.map(({ id }) => world.records.readNow("token-use", id)));
  return tokens.map((token, index) => showToken(token, uses[index]?.at ?? null));
}

/** It is unknown from the next call on, and so is whatever was got with it. */
export async function revokeToken(world: AccessWorld, caller: Caller, id: string): Outcome<null> {
  return world.records.change(async () => {
    const stored = await world.records.readNow("token", id);
    const isTheirs = stored?.grant && stored.use === "api" && mayGive(caller.rights, stored.grant);
    if (!isTheirs) return unknown("There is no token with this ID.");
    const got = (await world.records.listNow("token")).filter(({ clientId }) => clientId === id);
    const before = showToken(stored, null);
    const records = [
      ...[stored, ...got].flatMap((token) => removalOf(token.id)),
      entryOf(world, caller, { change: "token.revoked", stored, before, after: null }),
    ];
    return ok({ records, value: null });
  });
}

/** Removals of those that are not even told from unknown ones any more. */
export function expiredRecords(tokens: readonly StoredToken[], now: number) {
  return tokens
    .filter(({ expiresAt }) => expiresAt !== null && expiresAt + ACCESS_LIMITS.expiredTokenMs < now)
    .flatMap(({ id }) => removalOf(id));
}

function faultOf(
  world: AccessWorld,
  caller: Caller,
  { grant, limits, expiresAt }: GivenToken,
): AccessFault | null {
  if (!grant.isInstallationAdministrator && grant.roles.length === 0) {
    return invalid("/roles", "Expected a role with a partner, or the installation.").error;
  }
  if (!mayGive(caller.rights, grant)) {
    return forbidden("Only administrators with each of the partners may make such a token.").error;
  }
  if (expiresAt !== null && expiresAt <= world.now()) {
    return invalid("/expiresAt", "Expected a time to come.").error;
  }
  const own = caller.limits?.routeGroups ?? null;
  const isWider =
    own !== null && (limits.routeGroups?.some((group) => !own.includes(group)) ?? true);
  if (!isWider) return null;
  return forbidden(`The token that makes it is only for ${own.join(", ")}.`).error;
}

function showToken(stored: StoredToken, lastUsedAt: number | null): TokenView {
  const { id, name, createTime, crUID, expiresAt, limits, grant } = stored;
  return {
    ...{ id, name, createTime, crUID, expiresAt, lastUsedAt },
    isInstallationAdministrator: grant?.isInstallationAdministrator ?? false,
    roles: grant?.roles ?? [],
    isReadOnly: limits?.isReadOnly ?? false,
    routeGroups: limits?.routeGroups ?? null,
  };
}

interface TokenEntry {
  readonly change: string;
  readonly stored: StoredToken;
  readonly before: TokenView | null;
  readonly after: TokenView | null;
}

/** It belongs to a partner if it has to do with one only. */
function entryOf(
  world: AccessWorld,
  caller: Caller,
  { change, stored: { id, grant }, before, after }: TokenEntry,
) {
  const pids = new Set(grant?.roles.map(({ pid }) => pid));
  const [only] = pids;
  const pid = grant?.isInstallationAdministrator || pids.size !== 1 ? null : (only ?? null);
  return auditRecord({
    ...{ at: world.now(), change, by: caller, pid, before, after },
    ...{ objectType: OBJECT_TYPE, objectId: id },
  });
}
