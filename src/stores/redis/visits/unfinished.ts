// What is unfinished of changes that span two slots. It is kept with the identity in whose slot it lies, as JSON.

import type { IdentityChange, IdentityKey } from "../../../model/identity.ts";
import type { PartnerId } from "../../../model/ids.ts";
import type { ProfileChange } from "../../../profiles/store.ts";
import type { CellKind } from "../slots/slot-draft.ts";

/** What a call changes in the slot of one identity. */
export interface Part {
  readonly key: IdentityKey;
  readonly profiles: readonly ProfileChange[];
  readonly identities: readonly IdentityChange[];
}

/** A call is to change something here, or has looked whether somebody has opted out; elsewhere it is decided whether it does. */
export interface Mark {
  readonly call: string;
  /** Where it is decided. */
  readonly home: IdentityKey;
  /** The partner whose opt-outs keep it from being stored. */
  readonly guardedFor: PartnerId | null;
  /** By the clock of the process, milliseconds since the epoch. */
  readonly at: number;
}

/** A call that is stored: its other parts are made in any case. */
export interface Intent {
  readonly call: string;
  readonly guardedFor: PartnerId | null;
  readonly parts: readonly Part[];
  readonly at: number;
}

/** A link that has ended here, and that its other end may have to forget yet. */
export interface Ended {
  readonly call: string;
  readonly other: IdentityKey;
  readonly at: number;
}

/** A call that may not be decided any more. */
export interface Barred {
  readonly call: string;
  readonly at: number;
}

export interface Unfinished {
  readonly marks: readonly Mark[];
  readonly intents: readonly Intent[];
  readonly ended: readonly Ended[];
  readonly barred: readonly Barred[];
}

export const NOTHING_UNFINISHED: Unfinished = { marks: [], intents: [], ended: [], barred: [] };

/** One more call may not be decided; those go that are long over. */
export function withBarred({ barred }: Unfinished, call: string, at: number): readonly Barred[] {
  return [...barred.filter((one) => one.at > at - BARRED_FOR_MS), { call, at }];
}

/** Far longer than a call takes from its first step to its decision. */
const BARRED_FOR_MS = 3_600_000;
/** A call that could not be decided by then is not. */
export const MAX_UNDECIDED_MS = 60_000;

export const UNFINISHED: CellKind<Unfinished> = {
  isRare: true,
  decode(record) {
    if (record === null) return NOTHING_UNFINISHED;
    // Written below, and nowhere else.
    return JSON.parse(Buffer.from(record).toString("utf8")) as Unfinished;
  },
  encode(value) {
    const { marks, intents, ended, barred } = value;
    if (marks.length + intents.length + ended.length + barred.length === 0) return null;
    return Buffer.from(JSON.stringify({ marks, intents, ended, barred }), "utf8");
  },
};

/** What somebody should have finished since. */
export function leftBehind({ marks, intents, ended }: Unfinished, before: number): Unfinished {
  const isOld = ({ at }: { readonly at: number }): boolean => at < before;
  return {
    marks: marks.filter(isOld),
    intents: intents.filter(isOld),
    ended: ended.filter(isOld),
    barred: [],
  };
}

export function isNothing({ marks, intents, ended }: Unfinished): boolean {
  return marks.length + intents.length + ended.length === 0;
}
