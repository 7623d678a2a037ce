// The kinds of values that are known of a visitor.

import { type Identity, type IdentityKey, UNKNOWN_IDENTITY } from "../../../model/identity.ts";
import { EMPTY_PROFILE, type Profile } from "../../../model/profile.ts";
import { DAY_MS } from "../../../model/time.ts";
import { decodeIdentity, encodeIdentity } from "../../../profiles/identity-record.ts";
import { decodeRecord, encodeInPlace } from "../../../profiles/record.ts";
import type { ProfileKey } from "../../../profiles/store.ts";
import type { Cell, CellKind } from "../slots/slot-draft.ts";
import {
  identityKeyName,
  identityTag,
  ownerOf,
  profileKeyName,
  unfinishedKeyName,
} from "../visitor-keys.ts";
import { UNFINISHED, type Unfinished } from "./unfinished.ts";

const PROFILE: CellKind<Profile> = {
  isReadFirst: true,
  decode: (record) => (record === null ? EMPTY_PROFILE : decodeRecord(record)),
  encode: encodeInPlace,
};

const IDENTITY: CellKind<Identity> = {
  isReadFirst: true,
  decode: (record) => (record === null ? UNKNOWN_IDENTITY : decodeIdentity(record)),
  encode: (identity) => (identity === UNKNOWN_IDENTITY ? null : encodeIdentity(identity)),
};

export function profileCell(tag: string, key: ProfileKey): Cell<Profile> {
  return { key: profileKeyName(tag, key), kind: PROFILE };
}

export function identityCell(tag: string): Cell<Identity> {
  return { key: identityKeyName(tag), kind: IDENTITY };
}

export function unfinishedCell(tag: string): Cell<Unfinished> {
  return { key: unfinishedKeyName(tag), kind: UNFINISHED };
}

export function profilePlace(key: ProfileKey): {
  readonly tag: string;
  readonly cell: Cell<Profile>;
} {
  const tag = identityTag(ownerOf(key));
  return { tag, cell: profileCell(tag, key) };
}

export function identityPlace(key: IdentityKey): {
  readonly tag: string;
  readonly cell: Cell<Identity>;
} {
  const tag = identityTag(key);
  return { tag, cell: identityCell(tag) };
}

/** Clocks may differ, and one may be set back: nothing goes sooner than this after its end. */
const KEPT_AFTER_END_MS = 30 * DAY_MS;

/** How long the store need keep what lives for so many days; null: for ever. */
export function lifeOf(lifeDays: number | undefined): number | null {
  if (lifeDays === undefined || lifeDays === 0) return null;
  return lifeDays * DAY_MS + DAY_MS + KEPT_AFTER_END_MS;
}
