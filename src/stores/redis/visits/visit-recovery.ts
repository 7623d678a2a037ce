// Finishes what calls have decided, their own or those of others that did not come to it.

import { withoutLink } from "../../../model/apply-identity-change.ts";
import type { Identity, IdentityKey } from "../../../model/identity.ts";
import { isSameKey } from "../../../model/identity-key.ts";
import { invariant } from "../../../model/result.ts";
import { seenValue } from "../slots/slot-draft.ts";
import type { SlotTransactions } from "../slots/slot-transactions.ts";
import { StoreUnavailable } from "../store-faults.ts";
import { identityTag } from "../visitor-keys.ts";
import { identityLife } from "./apply-part.ts";
import type { Ended, Intent, Mark, Unfinished } from "./unfinished.ts";
import type { Found, VisitSteps } from "./visit-steps.ts";
import { identityCell, unfinishedCell } from "./visitor-cells.ts";

const MAX_ATTEMPTS = 50;

export interface VisitRecoveryOptions {
  readonly slots: SlotTransactions;
  readonly steps: VisitSteps;
  readonly expires: boolean;
}

export class VisitRecovery {
  readonly #options: VisitRecoveryOptions;

  constructor(options: VisitRecoveryOptions) {
    this.#options = options;
  }

  /** Makes the parts of a call that is decided, where they are not made yet. */
  async finish({
    call,
    parts,
  }: Intent): Promise<readonly (Found & { readonly key: IdentityKey })[]> {
    return Promise.all(
      parts.map(async (part) => ({
        ...(await this.#options.steps.apply(call, part)),
        key: part.key,
      })),
    );
  }

  /** What a mark leads to: the call's parts are made, or it is decided that they never will be. */
  async settle({ call, home }: Mark, at: IdentityKey): Promise<void> {
    const { steps } = this.#options;
    const intent = await steps.bar(call, home);
    if (intent === null) await steps.release(call, identityTag(at));
    else await this.finish(intent);
  }

  /** Before an opt-out is answered: no call that was let through before it stores anything afterwards. */
  async settleAll(
    { marks, intents }: Pick<Found, "marks" | "intents">,
    at: IdentityKey,
  ): Promise<void> {
    await Promise.all([
      ...marks.map((mark) => this.settle(mark, at)),
      ...intents.map((intent) => this.finish(intent)),
    ]);
  }

  /** What somebody has left behind. */
  async finishLeftBehind(key: IdentityKey, left: Unfinished): Promise<void> {
    const { steps } = this.#options;
    for (const mark of left.marks) await this.settle(mark, key);
    for (const intent of left.intents) {
      const found = await this.finish(intent);
      for (const { key: at, ended } of found) await this.forgetAll(at, ended);
      await steps.clean(intent.call, key);
    }
    await this.forgetAll(key, left.ended);
  }

  async forgetAll(at: IdentityKey, ended: readonly Ended[]): Promise<void> {
    await Promise.all(
      ended.map(async (one) => {
        await this.#forget(at, one.other);
        await this.#options.steps.cleanEnded(at, one);
      }),
    );
  }

  /** The other end forgets a link that has ended here, unless the two are linked anew by now. */
  async #forget(at: IdentityKey, other: IdentityKey): Promise<void> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      if (await this.#tryToForget(at, other)) return;
    }
    throw new StoreUnavailable("An identity changes so often that a link cannot be ended.");
  }

  async #tryToForget(at: IdentityKey, other: IdentityKey): Promise<boolean> {
    const { slots, expires } = this.#options;
    const here = identityTag(at);
    const there = identityTag(other);
    const identity = identityCell(there);
    const unfinished = unfinishedCell(there);
    // First the end that is to be changed: what happens to it afterwards is noticed.
    const [seen, seenUnfinished] = await slots.read(there, [identity, unfinished]);
    invariant(seen && seenUnfinished, "each cell is read");
    const known = seenValue(identity, seen);
    if (!isLinked(known, at)) {
      const pending = at.kind === "device" ? seenValue(unfinished, seenUnfinished) : null;
      // A link that is decided may still be on its way.
      const mark = pending === null ? undefined : markOf(pending, at);
      if (mark === undefined) return true;
      await this.settle(mark, other);
      return false;
    }
    const [now, nowUnfinished] = await slots.read(here, [identityCell(here), unfinishedCell(here)]);
    invariant(now && nowUnfinished, "each cell is read");
    const [declared, marked] =
      at.kind === "declared"
        ? [at, seenValue(unfinishedCell(here), nowUnfinished)]
        : [other, seenValue(unfinished, seenUnfinished)];
    const device = at.kind === "device" ? at : other;
    const mark = markOf(marked, device);
    if (mark !== undefined) {
      await this.settle(mark, declared);
      return false;
    }
    if (isLinked(seenValue(identityCell(here), now), other)) return true;
    return slots.commit({
      tag: there,
      cells: [identity, unfinished],
      run: (draft) => {
        if (!draft.isAsSeen(identity, seen)) return false;
        if (other.kind === "declared" && markOf(draft.get(unfinished), device)) return false;
        const after = withoutLink(draft.get(identity), at);
        draft.set(identity, after, expires ? identityLife(other, after) : null);
        return true;
      },
    });
  }
}

function isLinked({ links }: Identity, other: IdentityKey): boolean {
  return links.some(({ to }) => isSameKey(to, other));
}

/** A call of the device that is under way at a declared ID. */
function markOf({ marks }: Unfinished, device: IdentityKey): Mark | undefined {
  return marks.find(({ home }) => isSameKey(home, device));
}
