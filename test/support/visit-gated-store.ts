// A store in memory whose steps can be held: for calls that are under way while something else happens.

import type { IdentityKey } from "../../src/model/identity.ts";
import type { Profile } from "../../src/model/profile.ts";
import type { ProfileKey } from "../../src/profiles/store.ts";
import type { Visit } from "../../src/profiles/visitor-store.ts";
import { MemoryVisitorStore } from "../../src/stores/memory/memory-visitor-store.ts";

export type Step = "load" | "loadIdentities" | "commitVisit";

export class GatedStore extends MemoryVisitorStore {
  /** Every visit that was stored, in order. */
  readonly stored: Visit[] = [];
  #held: { readonly step: Step; reach(): void; readonly opened: Promise<void> } | null = null;

  /** Holds the next call of a step just before it runs; reached once that call waits. */
  hold(step: Step): { readonly reached: Promise<void>; open(): void } {
    const reached = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<void>();
    this.#held = { step, reach: reached.resolve, opened: opened.promise };
    return { reached: reached.promise, open: opened.resolve };
  }

  /** Nothing is at hand: every step can be held. */
  override readonly atHand = undefined;

  override async load(keys: readonly ProfileKey[]): Promise<readonly Profile[]> {
    await this.#pass("load");
    return super.load(keys);
  }

  override async loadIdentities(keys: readonly IdentityKey[]) {
    await this.#pass("loadIdentities");
    return super.loadIdentities(keys);
  }

  override async commitVisit(visit: Visit): Promise<"stored" | "opted-out"> {
    await this.#pass("commitVisit");
    const outcome = await super.commitVisit(visit);
    if (outcome === "stored") this.stored.push(visit);
    return outcome;
  }

  async #pass(step: Step): Promise<void> {
    const held = this.#held;
    if (held?.step !== step) return;
    this.#held = null;
    held.reach();
    await held.opened;
  }
}
