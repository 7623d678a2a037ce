// The right to publish, which one node of those that share a store has at a time, and what its holder asks
// of the others.

import type { Revision } from "../catalog/definition-store.ts";

export interface Turn {
  /** Grows with each turn; the store takes nothing from a turn that another one has followed. */
  readonly fence: number;
  /** The newest revision when the turn began, 0 before the first; null where this node alone publishes. */
  readonly newest: number | null;
  /** Null once every other node that serves has compiled it; otherwise why it cannot be published. */
  compileElsewhere(next: Revision): Promise<string | null>;
  /** Null once every other node that serves has taken the revision over; otherwise who has not, in time. */
  serveElsewhere(revision: number): Promise<string | null>;
  /** Never rejects: a turn that cannot be given back ends by itself. */
  end(): Promise<void>;
}

export interface Turns {
  /** Null when others had it for too long, or the store is out of reach. To be asked for once the turn before is over. */
  take(): Promise<Turn | null>;
}

/** Of a node that has its store to itself. */
export const ALONE: Turns = {
  take: async () => ({
    fence: 0,
    newest: null,
    compileElsewhere: async () => null,
    serveElsewhere: async () => null,
    end: async () => {},
  }),
};
