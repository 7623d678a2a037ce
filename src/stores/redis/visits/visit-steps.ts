// The steps of a call whose changes lie in several slots, each one a change of one slot.
//
//   prepare   in every other slot: nobody has opted out there, and a mark says that the call is under way
//   decide    in its home slot: its own part, and an intent that names the others. From here on the call is stored
//   apply     in every other slot: its part, once: the mark goes with it
//   forget    where a link had to go for another: its other end forgets it, unless they are linked anew
//   clean     in its home slot: the intent goes
//
// Whoever dies before the decision leaves marks that mean nothing; after it, an intent that whoever comes next
// finishes (`visit-recovery.ts`). A mark and an intent lead to each other, so that both ends find what is left.

import type { IdentityKey } from "../../../model/identity.ts";
import type { PartnerId } from "../../../model/ids.ts";
import type { SlotTransactions } from "../slots/slot-transactions.ts";
import { identityTag } from "../visitor-keys.ts";
import { applyPart, cellsOfPart, isOptedOut, partnersLeft } from "./apply-part.ts";
import {
  type Ended,
  type Intent,
  MAX_UNDECIDED_MS,
  type Mark,
  type Part,
  type Unfinished,
  withBarred,
} from "./unfinished.ts";
import type { PlannedPart, VisitPlan } from "./visit-plan.ts";
import { identityCell, unfinishedCell } from "./visitor-cells.ts";

export type Step = "prepare" | "decide" | "apply" | "forget" | "clean";

export interface VisitStepsOptions {
  readonly slots: SlotTransactions;
  /** Whether the store drops what has long ended by itself: not where a clock is set by hand. */
  readonly expires: boolean;
  readonly now: () => number;
  /** For tests that end a process between two steps. */
  readonly beforeStep?: (step: Step) => void;
}

/** A call on its way. */
export interface Call {
  readonly name: string;
  readonly guardedFor: PartnerId | null;
  /** By this process's clock, milliseconds since the epoch. */
  readonly at: number;
}

/** What else was found in a slot. */
export interface Found {
  /** What must be settled before an opt-out may be answered: calls that were let through before it. */
  readonly marks: readonly Mark[];
  readonly intents: readonly Intent[];
  /** Links that ended with the call. */
  readonly ended: readonly Ended[];
}

export interface Decision extends Found {
  readonly outcome: "stored" | "opted-out" | "barred";
  readonly intent: Intent | null;
}

export const NOTHING_FOUND: Found = { marks: [], intents: [], ended: [] };

export class VisitSteps {
  readonly #options: VisitStepsOptions;

  constructor(options: VisitStepsOptions) {
    this.#options = options;
  }

  prepare(call: Call, home: IdentityKey, part: PlannedPart): Promise<"prepared" | "opted-out"> {
    const { tag, isGuarded } = part;
    const { name, guardedFor, at } = call;
    const mark: Mark = { call: name, home, guardedFor: isGuarded ? guardedFor : null, at };
    const unfinished = unfinishedCell(tag);
    const identity = identityCell(tag);
    this.#begin("prepare");
    return this.#options.slots.commit({
      tag,
      cells: isGuarded ? [unfinished, identity] : [unfinished],
      run: (draft) => {
        if (isGuarded && isOptedOut(draft.get(identity), guardedFor)) return "opted-out";
        const before = draft.get(unfinished);
        draft.set(unfinished, { ...before, marks: [...before.marks, mark] });
        return "prepared";
      },
    });
  }

  decide(call: Call, { home, others }: VisitPlan): Promise<Decision> {
    const { tag, isGuarded } = home;
    const identity = identityCell(tag);
    const unfinished = unfinishedCell(tag);
    const isAlone = others.length === 0 && home.identities.length === 0;
    const cells = cellsOfPart(tag, home);
    if (isGuarded) cells.push(identity);
    if (!isAlone) cells.push(unfinished);
    this.#begin("decide");
    return this.#options.slots.commit<Decision>({
      ...{ tag, cells },
      run: (draft) => {
        if (isGuarded && isOptedOut(draft.get(identity), call.guardedFor)) {
          return { ...NOTHING_FOUND, outcome: "opted-out", intent: null };
        }
        if (!isAlone && this.#isBarred(draft.get(unfinished), call)) {
          return { ...NOTHING_FOUND, outcome: "barred", intent: null };
        }
        const { expires } = this.#options;
        const { evicted, refused } = applyPart(draft, { tag, part: home, expires });
        if (isAlone) return { ...NOTHING_FOUND, outcome: "stored", intent: null };
        const before = draft.get(unfinished);
        const ended = endedBy(call, evicted);
        const parts = others.map(({ key, profiles, identities }) => {
          return { key, profiles, identities: identities.filter((change) => !refused.has(change)) };
        });
        const intent =
          parts.length === 0
            ? null
            : { call: call.name, guardedFor: call.guardedFor, parts, at: call.at };
        const intents = intent === null ? before.intents : [...before.intents, intent];
        const after = { ...before, intents, ended: [...before.ended, ...ended] };
        if (intent !== null || ended.length > 0) draft.set(unfinished, after);
        const { marks, intents: letThrough } = letThroughBefore(before, home, call.name);
        const earlier = before.intents.filter((one) => isAbout(one, parts));
        return {
          ...{ outcome: "stored", intent, ended, marks },
          intents: [...new Set([...earlier, ...letThrough])],
        };
      },
    });
  }

  /** Does nothing where it was done before. */
  apply(call: string, part: Part): Promise<Found> {
    const tag = identityTag(part.key);
    const unfinished = unfinishedCell(tag);
    this.#begin("apply");
    return this.#options.slots.commit({
      tag,
      cells: [...cellsOfPart(tag, part), unfinished],
      run: (draft) => {
        const before = draft.get(unfinished);
        const ofCall = before.ended.filter((one) => one.call === call);
        const mark = before.marks.find((one) => one.call === call);
        if (mark === undefined) return { ...NOTHING_FOUND, ended: ofCall };
        const { expires } = this.#options;
        const { evicted } = applyPart(draft, { tag, part, expires });
        const ended = endedBy({ name: call, at: mark.at }, evicted);
        const marks = before.marks.filter((one) => one !== mark);
        draft.set(unfinished, { ...before, marks, ended: [...before.ended, ...ended] });
        return { ...letThroughBefore(before, part, call), ended: [...ofCall, ...ended] };
      },
    });
  }

  /** Takes a mark away that means nothing. */
  release(call: string, tag: string): Promise<void> {
    return this.#change(tag, (before) => {
      const marks = before.marks.filter((one) => one.call !== call);
      return marks.length === before.marks.length ? before : { ...before, marks };
    });
  }

  /** The intent of a call that is stored; null where it is not, and will not be any more. */
  bar(call: string, home: IdentityKey): Promise<Intent | null> {
    const tag = identityTag(home);
    const unfinished = unfinishedCell(tag);
    return this.#options.slots.commit({
      tag,
      cells: [unfinished],
      run: (draft) => {
        const before = draft.get(unfinished);
        const intent = before.intents.find((one) => one.call === call);
        if (intent !== undefined) return intent;
        const barred = withBarred(before, call, this.#options.now());
        draft.set(unfinished, { ...before, barred });
        return null;
      },
    });
  }

  clean(call: string, home: IdentityKey): Promise<void> {
    this.#begin("clean");
    return this.#change(identityTag(home), (before) => {
      const intents = before.intents.filter((one) => one.call !== call);
      return intents.length === before.intents.length ? before : { ...before, intents };
    });
  }

  /** Links that ended are known at no end any more. */
  cleanEnded(at: IdentityKey, { call, other }: Ended): Promise<void> {
    const tag = identityTag(other);
    return this.#change(identityTag(at), (before) => {
      const ended = before.ended.filter(
        (one) => one.call !== call || identityTag(one.other) !== tag,
      );
      return ended.length === before.ended.length ? before : { ...before, ended };
    });
  }

  #change(tag: string, change: (before: Unfinished) => Unfinished): Promise<void> {
    const unfinished = unfinishedCell(tag);
    return this.#options.slots.commit({
      tag,
      cells: [unfinished],
      run: (draft) => {
        const before = draft.get(unfinished);
        const after = change(before);
        if (after !== before) draft.set(unfinished, after);
      },
    });
  }

  #isBarred({ barred }: Unfinished, { name, at }: Call): boolean {
    const isLate = this.#options.now() - at > MAX_UNDECIDED_MS;
    return isLate || barred.some(({ call }) => call === name);
  }

  #begin(step: Step): void {
    this.#options.beforeStep?.(step);
  }
}

function endedBy(
  { name, at }: Pick<Call, "name" | "at">,
  evicted: readonly IdentityKey[],
): readonly Ended[] {
  return evicted.map((other) => ({ call: name, other, at }));
}

/** Calls under way with a partner with whom this part lets somebody opt out. */
function letThroughBefore(
  { marks, intents }: Unfinished,
  part: Part,
  call: string,
): Pick<Found, "marks" | "intents"> {
  const partners = partnersLeft(part);
  if (partners.length === 0) return { marks: [], intents: [] };
  const isOne = (one: Mark | Intent): boolean =>
    one.call !== call && one.guardedFor !== null && partners.includes(one.guardedFor);
  return { marks: marks.filter(isOne), intents: intents.filter(isOne) };
}

/** Changes of one identity are made in the order in which they were decided. */
function isAbout({ parts }: Intent, others: readonly Part[]): boolean {
  const tags = new Set(others.map(({ key }) => identityTag(key)));
  return parts.some(({ key }) => tags.has(identityTag(key)));
}
