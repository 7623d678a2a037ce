// The port behind which definitions live: each publication of a workspace is a revision.

import type { ControlRecord } from "../control/control-store.ts";

/** A published workspace. */
export interface Revision {
  /** Counts publications, from 1. */
  readonly revision: number;
  /** The workspace as JSON text. */
  readonly document: string;
}

/** Where a revision comes from; null where nobody said, as with those that older servers stored. */
export interface RevisionOrigin {
  /** When it was published, in milliseconds since the epoch. */
  readonly at: number | null;
  readonly by: string | null;
  readonly note: string | null;
}

/** What a publication stores. */
export interface NextRevision extends Revision, Partial<RevisionOrigin> {
  /** Control records of the same store that are written with the revision, or like it not at all. */
  readonly records?: readonly ControlRecord[];
}

/** A line of the list of revisions: all but the document, which may be large. */
export interface RevisionSummary extends RevisionOrigin {
  readonly revision: number;
}

/**
 * What a store keeps: the newest revisions as long as there are neither too many nor too many bytes of them,
 * and always the last few, so that there is one to go back to.
 */
export interface KeptRevisions {
  readonly most: number;
  readonly mostBytes: number;
  readonly least: number;
}

export const KEPT_REVISIONS: KeptRevisions = { most: 50, mostBytes: 256 * 1024 * 1024, least: 2 };

export interface DefinitionStore {
  /** The newest revision, or null where nothing was ever published. */
  latest(): Promise<Revision | null>;

  /** The revisions that are kept, the newest first. */
  list(): Promise<readonly RevisionSummary[]>;

  /** Null where there was none of this number, or it is kept no longer. */
  read(revision: number): Promise<Revision | null>;

  /**
   * Stores a revision where it follows the newest, and nothing where another one has taken its number. It is
   * on disk when this resolves, whatever the durability of profiles: definitions are few and dear. Drops what
   * there is no room for (`KeptRevisions`).
   *
   * A store that several nodes share also asks for the `fence` of their turn, and takes nothing from a turn
   * that another one has followed. Asked again by the same turn, it says again what it said.
   */
  publish(next: NextRevision, fence?: number): Promise<"stored" | "overtaken">;
}

/** How many of the revisions of these sizes, the newest first, are kept. */
export function countKept(
  bytesNewestFirst: readonly number[],
  { most, mostBytes, least }: KeptRevisions,
): number {
  let bytes = 0;
  const tooMany = bytesNewestFirst.findIndex((size, place) => {
    bytes += size;
    return place >= least && (place >= most || bytes > mostBytes);
  });
  return tooMany === -1 ? bytesNewestFirst.length : tooMany;
}

/** All that is said of where a revision comes from. */
export function originOf({ at, by, note }: Partial<RevisionOrigin>): RevisionOrigin {
  return { at: at ?? null, by: by ?? null, note: note ?? null };
}
