// The port behind which definitions live: each publication of a workspace is a revision.

/** A published workspace. */
export interface Revision {
  /** Counts publications, from 1. */
  readonly revision: number;
  /** The workspace as JSON text. */
  readonly document: string;
}

export interface DefinitionStore {
  /** The newest revision, or null where nothing was ever published. */
  latest(): Promise<Revision | null>;

  /**
   * Stores a document as the next revision and gives its number. It is on disk when this resolves,
   * whatever the durability of profiles: definitions are few and dear.
   */
  publish(document: string): Promise<number>;
}
