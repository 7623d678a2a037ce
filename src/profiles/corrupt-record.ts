/** Stored bytes that are no profile: torn, cut off or changed since they were written. */
export class CorruptRecord extends Error {
  override readonly name = "CorruptRecord";
  /** Where in the record, counted from 0. */
  readonly byte: number;

  constructor(what: string, byte: number) {
    super(`A stored profile is damaged at byte ${byte}: ${what}.`);
    this.byte = byte;
  }
}
