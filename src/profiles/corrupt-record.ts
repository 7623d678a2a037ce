/** What a record is of. */
export type RecordKind = "profile" | "identity" | "denial" | "count";

/** Stored bytes that are no record: torn, cut off or changed since they were written. */
export class CorruptRecord extends Error {
  override readonly name = "CorruptRecord";
  /** Where in the record, counted from 0. */
  readonly byte: number;

  constructor(what: string, byte: number, kind: RecordKind = "profile") {
    super(`A stored ${kind} is damaged at byte ${byte}: ${what}.`);
    this.byte = byte;
  }
}
