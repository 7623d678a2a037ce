// The port behind which everything lives that the management plane keeps beside definitions: who made an
// object and when, users, tokens, sessions, the audit log. Few and small records, read and written by the
// primaries of all nodes of a store; on disk when a write resolves, whatever the durability of profiles. What
// breaks the rules of kinds, IDs and values is a fault of ours, and rejected before anything is written.

export interface ControlRecord {
  /** A word of up to 50 letters, digits and dashes, such as "token": records of a kind are listed together. */
  readonly kind: string;
  /** 1 to 200 printable ASCII characters; records of a kind are ordered by its bytes. */
  readonly id: string;
  /** Whatever JSON can hold, some kilobytes at most; null takes the record away. */
  readonly value: unknown;
}

/** What must be so for a write to happen. A record that was read is one: that nobody has changed it since. */
export interface ControlExpectation {
  readonly kind: string;
  readonly id: string;
  /** Null: there must be no such record; otherwise the `version` that a reading gave. */
  readonly version: string | null;
}

export interface StoredControlRecord extends ControlRecord {
  /** Another one after each write of the record: also where it was taken away and made again. */
  readonly version: string;
}

export interface ControlListing {
  /** Only records whose ID begins so. */
  readonly prefix?: string;
  /** Only records after this ID, in the order of the listing. */
  readonly after?: string;
  readonly descending?: boolean;
  /** The most records to give: wherever there may be more than some thousands. */
  readonly limit?: number;
}

export interface ControlStore {
  /** Null where there is no such record. */
  read(kind: string, id: string): Promise<StoredControlRecord | null>;
  /** In the order of their IDs. */
  list(kind: string, options?: ControlListing): Promise<readonly StoredControlRecord[]>;
  /**
   * All or nothing, once and for all nodes, which read it from then on. False, and nothing written, where an
   * expectation does not hold. Of two records of one kind and ID in a write the last counts. Rejects where the
   * store fails; whether the records were written is then for the caller to read.
   *
   * Records that belong to a revision of the definitions are written with it (`DefinitionStore.publish`).
   */
  write(
    records: readonly ControlRecord[],
    expectations?: readonly ControlExpectation[],
  ): Promise<boolean>;
}
