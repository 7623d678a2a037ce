// What a call changes of identities, at both ends: a link exists on both of them or on neither.

import { applyIdentityChange, withoutLink } from "./apply-identity-change.ts";
import type { Identity, IdentityChange, IdentityKey } from "./identity.ts";
import { declaredIdentity, deviceIdentity, identityKeyText, isSameKey } from "./identity-key.ts";

export interface IdentityAfter {
  readonly key: IdentityKey;
  readonly identity: Identity;
}

/** Every identity that the changes leave otherwise than it was. `stored` says how each was before. */
export function applyIdentityChanges(
  changes: readonly IdentityChange[],
  stored: (key: IdentityKey) => Identity,
): readonly IdentityAfter[] {
  const identities = new EditedIdentities(stored);
  for (const change of changes) apply(change, identities);
  return identities.changed();
}

function apply(change: IdentityChange, identities: EditedIdentities): void {
  switch (change.kind) {
    case "opt-out":
    case "opt-in":
      identities.apply(change, change.key);
      return;
    case "seen":
      identities.apply(change, deviceIdentity(change.device));
      return;
    default: {
      const device = deviceIdentity(change.device);
      const declared = declaredIdentity(change.declared);
      identities.apply(change, device);
      // A device full of later links has no room for one that comes late.
      if (change.kind === "link" && !identities.areLinked(device, declared)) return;
      identities.apply(change, declared);
    }
  }
}

/** Identities under change, each read once. */
class EditedIdentities {
  readonly #stored: (key: IdentityKey) => Identity;
  readonly #edited = new Map<string, { key: IdentityKey; before: Identity; now: Identity }>();

  constructor(stored: (key: IdentityKey) => Identity) {
    this.#stored = stored;
  }

  apply(change: IdentityChange, key: IdentityKey): void {
    const edited = this.#of(key);
    const { identity, evicted } = applyIdentityChange(edited.now, change, key);
    edited.now = identity;
    for (const other of evicted) {
      const end = this.#of(other);
      end.now = withoutLink(end.now, key);
    }
  }

  areLinked(a: IdentityKey, b: IdentityKey): boolean {
    return this.#of(a).now.links.some(({ to }) => isSameKey(to, b));
  }

  changed(): readonly IdentityAfter[] {
    const changed: IdentityAfter[] = [];
    for (const { key, before, now } of this.#edited.values()) {
      if (before !== now) changed.push({ key, identity: now });
    }
    return changed;
  }

  #of(key: IdentityKey): { key: IdentityKey; before: Identity; now: Identity } {
    const text = identityKeyText(key);
    let edited = this.#edited.get(text);
    if (edited === undefined) {
      const before = this.#stored(key);
      edited = { key, before, now: before };
      this.#edited.set(text, edited);
    }
    return edited;
  }
}
