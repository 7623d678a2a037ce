// A call's changes in one slot, made on a draft of it.

import { applyDelta } from "../../../model/apply-delta.ts";
import { applyIdentityChange } from "../../../model/apply-identity-change.ts";
import type { Identity, IdentityChange, IdentityKey } from "../../../model/identity.ts";
import { declaredIdentity, isSameKey } from "../../../model/identity-key.ts";
import type { PartnerId } from "../../../model/ids.ts";
import { DEVICE_LIFE_DAYS } from "../../../model/time.ts";
import type { Cell, SlotDraft } from "../slots/slot-draft.ts";
import type { Part } from "./unfinished.ts";
import { identityCell, lifeOf, profileCell } from "./visitor-cells.ts";

export interface PlacedPart {
  readonly tag: string;
  readonly part: Part;
  /** Whether the store drops what has long ended by itself. */
  readonly expires: boolean;
}

export interface AppliedPart {
  /** Whose links with this identity have ended. */
  readonly evicted: readonly IdentityKey[];
  /** Links for which a device full of later ones had no room. */
  readonly refused: ReadonlySet<IdentityChange>;
}

export function cellsOfPart(tag: string, { profiles, identities }: Part): Cell<unknown>[] {
  const cells: Cell<unknown>[] = profiles.map(({ key }) => profileCell(tag, key));
  if (identities.length > 0) cells.push(identityCell(tag));
  return cells;
}

export function applyPart(draft: SlotDraft, { tag, part, expires }: PlacedPart): AppliedPart {
  for (const { key, delta } of part.profiles) {
    const cell = profileCell(tag, key);
    const life = expires ? lifeOf(delta.lifeDays) : null;
    draft.set(cell, applyDelta(draft.get(cell), delta), life);
  }
  const refused = new Set<IdentityChange>();
  if (part.identities.length === 0) return { evicted: [], refused };
  const cell = identityCell(tag);
  const before = draft.get(cell);
  const evicted: IdentityKey[] = [];
  let now = before;
  for (const change of part.identities) {
    const changed = applyIdentityChange(now, change, part.key);
    now = changed.identity;
    evicted.push(...changed.evicted);
    if (change.kind !== "link" || part.key.kind !== "device") continue;
    const declared = declaredIdentity(change.declared);
    if (!now.links.some(({ to }) => isSameKey(to, declared))) refused.add(change);
  }
  if (now !== before) draft.set(cell, now, expires ? identityLife(part.key, now) : null);
  return { evicted, refused };
}

/** A device's links end with it. Of a declared ID only its devices know; and nobody's opt-out ends. */
export function identityLife(key: IdentityKey, { optOuts }: Identity): number | null {
  return key.kind === "device" && optOuts.length === 0 ? lifeOf(DEVICE_LIFE_DAYS) : null;
}

export function isOptedOut({ optOuts }: Identity, partner: PartnerId | null): boolean {
  return partner !== null && optOuts.some(({ pid }) => pid === partner);
}

/** The partners with whom a part lets somebody opt out. */
export function partnersLeft({ identities }: Part): readonly PartnerId[] {
  return identities.flatMap((change) => (change.kind === "opt-out" ? [change.pid] : []));
}
