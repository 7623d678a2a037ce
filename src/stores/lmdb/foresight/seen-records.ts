import type { Profile } from "../../../model/profile.ts";

/** What is remembered in all. Beyond it everything is forgotten, and calls that are under way pay for it. */
const ARENA_BYTES = 1_048_576;
/** Longer records are read again. */
const MAX_RECORD_BYTES = 65_535;
const PLACES = MAX_RECORD_BYTES + 1;

/**
 * The records of profiles that calls have just been given, by the very objects: a commit that still finds
 * the record it knows need not read it again. Nothing depends on what is remembered but time.
 */
export class SeenRecords {
  readonly #arena = new Uint8Array(ARENA_BYTES);
  #end = 0;
  /** Where a record begins, times `PLACES`, and how long it is. */
  readonly #places = new Map<Profile, number>();

  /** The record is copied. */
  remember(profile: Profile, record: Uint8Array): void {
    const { length } = record;
    if (length > MAX_RECORD_BYTES) return;
    if (this.#end + length > ARENA_BYTES) {
      this.#places.clear();
      this.#end = 0;
    }
    this.#arena.set(record, this.#end);
    this.#places.set(profile, this.#end * PLACES + length);
    this.#end += length;
  }

  /** Where the record of a profile is, which is then forgotten; null where it is not known. */
  take(profile: Profile): number | null {
    const place = this.#places.get(profile);
    if (place === undefined) return null;
    this.#places.delete(profile);
    return place;
  }

  /** Whether a record is the one at a place that was just taken. */
  isSame(record: Uint8Array, place: number): boolean {
    const { length } = record;
    if (place % PLACES !== length) return false;
    const start = Math.floor(place / PLACES);
    for (let at = 0; at < length; at++) {
      if (record[at] !== this.#arena[start + at]) return false;
    }
    return true;
  }
}
