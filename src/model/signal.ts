/**
 * The signals of one call, a row per key and value: `keys[i]` came with `values[i]`. A key with several
 * values has several rows. Values are trimmed, split and unquoted already ("Audience model", From wire
 * to signals). `folded[i]` is the value in lower case, or as it came for a partner with case-sensitive
 * traits; keys are folded likewise.
 *
 * Flat arrays rather than objects: a call makes one of these and an index walks it once.
 */
export interface Signals {
  readonly keys: readonly string[];
  readonly values: readonly string[];
  readonly folded: readonly string[];
  /** Of each row the number that the partner's trait index gave its key, where somebody asked for them. */
  readonly keyNumbers?: readonly number[];
}

/** Unicode lower-casing that does not depend on the machine's locale ("Audience model", fold). */
export function fold(text: string): string {
  return text.toLowerCase();
}
