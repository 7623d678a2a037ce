// Which slots a call's changes lie in, and where it is decided that they are made.

import { applyDelta } from "../../../model/apply-delta.ts";
import { applyIdentityChange } from "../../../model/apply-identity-change.ts";
import {
  type IdentityChange,
  type IdentityKey,
  UNKNOWN_IDENTITY,
} from "../../../model/identity.ts";
import { declaredIdentity, deviceIdentity, isSameKey } from "../../../model/identity-key.ts";
import type { PartnerId } from "../../../model/ids.ts";
import { EMPTY_PROFILE } from "../../../model/profile.ts";
import { invariant } from "../../../model/result.ts";
import type { ProfileChange } from "../../../profiles/store.ts";
import type { Visit } from "../../../profiles/visitor-store.ts";
import { identityTag, ownerOf } from "../visitor-keys.ts";
import type { Part } from "./unfinished.ts";

export interface PlannedPart extends Part {
  readonly tag: string;
  /** Whether nothing is stored where this identity has opted out. */
  readonly isGuarded: boolean;
}

export interface VisitPlan {
  /** Where it is decided: at the device, where links change. */
  readonly home: PlannedPart;
  readonly others: readonly PlannedPart[];
  readonly guardedFor: PartnerId | null;
}

interface GrowingPart {
  readonly tag: string;
  readonly key: IdentityKey;
  readonly profiles: ProfileChange[];
  readonly identities: IdentityChange[];
  isGuarded: boolean;
}

/** Null where there is nothing to change, and nobody to ask for. */
export function planVisit({ profiles, identities, guard }: Visit): VisitPlan | null {
  const parts = new Map<string, GrowingPart>();
  const partOf = (key: IdentityKey): GrowingPart => {
    const tag = identityTag(key);
    const known = parts.get(tag);
    if (known !== undefined) return known;
    const part = { tag, key, profiles: [], identities: [], isGuarded: false };
    parts.set(tag, part);
    return part;
  };
  let linking: IdentityKey | null = null;
  for (const change of identities) {
    const [first, second] = endsOf(change);
    partOf(first).identities.push(change);
    if (second === null) continue;
    invariant(linking === null || isSameKey(linking, first), "a call links one device");
    linking = first;
    partOf(second).identities.push(change);
  }
  for (const change of profiles) partOf(ownerOf(change.key)).profiles.push(change);
  for (const key of guard?.keys ?? []) partOf(key).isGuarded = true;

  const home = linking === null ? first(parts.values()) : partOf(linking);
  if (home === null) return null;
  const others = [...parts.values()].filter((part) => part !== home);
  return { home, others, guardedFor: guard === null ? null : guard.pid };
}

/** The identity at which a change is decided, and the other one that it is made at. */
function endsOf(change: IdentityChange): readonly [IdentityKey, IdentityKey | null] {
  switch (change.kind) {
    case "seen":
      return [deviceIdentity(change.device), null];
    case "opt-out":
    case "opt-in":
      return [change.key, null];
    default:
      return [deviceIdentity(change.device), declaredIdentity(change.declared)];
  }
}

function first<T>(values: Iterable<T>): T | null {
  for (const value of values) return value;
  return null;
}

/** Throws for a change that could not be made: once it is decided, all of them are. */
export function checkPart({ key, profiles, identities }: Part): void {
  for (const { delta } of profiles) applyDelta(EMPTY_PROFILE, delta);
  for (const change of identities) applyIdentityChange(UNKNOWN_IDENTITY, change, key);
}
