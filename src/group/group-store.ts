// The port behind which nodes that share a store find each other. Nothing is said from node to node: each
// reports what it does and sees what the others report, in one place, so that no message can be lost. A
// notice of a change only makes them look sooner than they would by themselves.

import type { Revision } from "../catalog/definition-store.ts";

/** What a node says of itself with each beat. */
export interface MemberReport {
  /** What all living nodes must have in common, as text. */
  readonly settings: MemberSettings;
  /** False until its workers serve: nobody waits for a node that starts. */
  readonly serving: boolean;
  /** The revision that all its workers serve; 0 before the first. */
  readonly revision: number;
  /** The turn whose proposal all its workers have compiled, by its fence; 0 for none. */
  readonly compiled: number;
  /** The proposal that it could not compile, and why. */
  readonly refused: { readonly fence: number; readonly reason: string } | null;
  /** Which setting of the manual clock its workers have; 0 before the first. */
  readonly clockSetting: number;
}

export interface MemberSettings {
  readonly domain: string;
  readonly clock: string;
}

/** How things stand at one moment. */
export interface GroupView {
  /** The newest stored revision, and the fence of the turn that stored it; zeros before the first. */
  readonly newest: { readonly revision: number; readonly fence: number };
  /** Of a living member. `proposes` is the revision that it wants compiled, 0 for none yet. */
  readonly turn: {
    readonly fence: number;
    readonly holder: string;
    readonly proposes: number;
  } | null;
  /** The manual clock; settings count from 1. */
  readonly clock: { readonly setting: number; readonly now: number } | null;
  /** The living ones by name, whoever asks included. */
  readonly members: ReadonlyMap<string, MemberReport>;
}

export interface GroupStore {
  /** How long a member lives without a beat, in milliseconds, by the store's own clock. */
  readonly leaseMs: number;

  /** Renews a member's lease with what it reports, and gives how things stand, in one step. */
  beat(name: string, report: MemberReport): Promise<GroupView>;
  leave(name: string): Promise<void>;

  /**
   * The next turn, or null while another living member has one. A member has one turn at a time: whoever asks
   * while it has one is asking again, because the answer was lost.
   */
  takeTurn(name: string): Promise<{ readonly fence: number; readonly newest: number } | null>;
  /** Asks all members to compile a revision; false where the turn is over. */
  propose(fence: number, next: Revision): Promise<boolean>;
  /** What the turn proposes; null where it is over. */
  proposal(fence: number): Promise<Revision | null>;
  /** Without effect where another turn has followed. */
  endTurn(fence: number): Promise<void>;

  /** Sets the manual clock of all members, and gives the number of the setting. */
  setClock(nowMs: number): Promise<number>;

  /** Keeps a value under a name where none is kept yet, and gives what is kept. */
  keep(name: string, value: string): Promise<string>;

  /** Calls back soon after a change, by whomever; a change may go untold. */
  onChange(listener: () => void): void;
}
