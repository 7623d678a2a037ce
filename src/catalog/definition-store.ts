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
   * Stores a revision where it follows the newest, and nothing where another one has taken its number. It is
   * on disk when this resolves, whatever the durability of profiles: definitions are few and dear.
   *
   * A store that several nodes share also asks for the `fence` of their turn, and takes nothing from a turn
   * that another one has followed. Asked again by the same turn, it says again what it said.
   */
  publish(next: Revision, fence?: number): Promise<"stored" | "overtaken">;
}
