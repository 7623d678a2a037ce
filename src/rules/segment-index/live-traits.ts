// The profile under evaluation, as far as rules can see it: which traits are live, until when, and which
// live traits a set holds. One instance serves one evaluation after the other without allocating: what
// an earlier profile left behind bears an older generation's number.

import { EMPTY_PROFILE, type Profile } from "../../model/profile.ts";
import { utcDay } from "../../model/time.ts";
import { type FlatLists, flatLists, invertedLists } from "./flat-lists.ts";
import { TraitNumbers } from "./trait-numbers.ts";
import type { TraitSets } from "./trait-sets.ts";

/** The day on which what never ends ends: the greatest number that the arrays hold. */
export const FOREVER = 0x7fff_ffff;

/** A set of more traits than this is gathered from the profile's side, a smaller one by asking for each. */
const MAX_SCANNED_MEMBERS = 8;

const NO_DAYS: readonly number[] = [];

/** After so many profiles everything is forgotten for good and counting begins anew. */
export const MAX_GENERATIONS = 0x7fff_ffff;

export class LiveTraits {
  /** The numbers of the live traits, in the profile's order. */
  numbers = new Int32Array(64);
  count = 0;
  /** What `gather` found: numbers of live traits of a set. */
  gathered = new Int32Array(64);

  /** The last day on which a live trait is live, by trait. */
  readonly lastDays: Int32Array;
  /** Whether a trait adds 1 at most, by trait: it has no frequency of its own. */
  readonly countsOnce: Uint8Array;

  readonly #traitNumbers: TraitNumbers;
  readonly #lifeDays: Int32Array;
  readonly #members: FlatLists;
  /** By trait, the large sets that hold it. */
  readonly #largeSets: FlatLists;
  readonly #traitGeneration: Int32Array;
  /** By trait, where in the profile its record is. */
  readonly #recordAt: Int32Array;
  #profile: Profile = EMPTY_PROFILE;
  /** By large set, a chain of links to its live traits: link + 1, 0 ends it. */
  readonly #setGeneration: Int32Array;
  readonly #setLink: Int32Array;
  #linkTrait = new Int32Array(64);
  #linkNext = new Int32Array(64);
  #linkCount = 0;
  #generation = 0;

  readonly #generations: number;

  constructor({ sids, facts, members }: TraitSets, generations: number) {
    this.#generations = generations;
    const large = members.map((set) => (set.length > MAX_SCANNED_MEMBERS ? set : []));
    this.#traitNumbers = new TraitNumbers(sids);
    this.#lifeDays = Int32Array.from(facts, ({ ttlDays }) => ttlDays);
    this.countsOnce = Uint8Array.from(facts, ({ allowsFrequency }) => (allowsFrequency ? 0 : 1));
    this.#members = flatLists(members);
    this.#largeSets = invertedLists(large, sids.length);
    this.lastDays = new Int32Array(sids.length);
    this.#traitGeneration = new Int32Array(sids.length);
    this.#recordAt = new Int32Array(sids.length);
    this.#setGeneration = new Int32Array(members.length);
    this.#setLink = new Int32Array(members.length);
  }

  /** Forgets the last profile and takes this one. Gives the generation's number, 1 when counting begins. */
  take(profile: Profile, today: number): number {
    this.#nextGeneration();
    this.count = 0;
    this.#linkCount = 0;
    this.#profile = profile;
    let at = -1;
    for (const record of profile.traits) {
      at += 1;
      const number = this.#traitNumbers.numberOf(record.sid);
      if (number < 0) continue;
      const lifeDays = this.#lifeDays[number] ?? 0;
      const lastDay =
        lifeDays === 0 ? FOREVER : Math.min(utcDay(record.last) + lifeDays, FOREVER - 1);
      if (lastDay < today) continue;
      this.lastDays[number] = lastDay;
      this.#recordAt[number] = at;
      this.#traitGeneration[number] = this.#generation;
      if (this.count === this.numbers.length) this.numbers = grown(this.numbers);
      this.numbers[this.count++] = number;
      this.#linkToLargeSets(number);
    }
    return this.#generation;
  }

  /** Day and count in turn, of a live trait. */
  daysOf(number: number): readonly number[] {
    return this.#profile.traits[this.#recordAt[number] ?? 0]?.days ?? NO_DAYS;
  }

  /** Collects the live traits of a set in `gathered` and gives their count. */
  gather(set: number): number {
    const start = this.#members.starts[set] ?? 0;
    const end = this.#members.starts[set + 1] ?? 0;
    if (end - start > MAX_SCANNED_MEMBERS) return this.#gatherLinked(set);
    let count = 0;
    for (let at = start; at < end; at++) {
      const number = this.#members.items[at] ?? 0;
      if (this.#traitGeneration[number] === this.#generation) this.gathered[count++] = number;
    }
    return count;
  }

  /** The numbers of all traits of a set, live or not. */
  membersOf(set: number): Int32Array {
    const { starts, items } = this.#members;
    return items.subarray(starts[set] ?? 0, starts[set + 1] ?? 0);
  }

  #gatherLinked(set: number): number {
    if (this.#setGeneration[set] !== this.#generation) return 0;
    let count = 0;
    for (let link = this.#setLink[set] ?? 0; link !== 0; link = this.#linkNext[link - 1] ?? 0) {
      if (count === this.gathered.length) this.gathered = grown(this.gathered);
      this.gathered[count++] = this.#linkTrait[link - 1] ?? 0;
    }
    return count;
  }

  #linkToLargeSets(number: number): void {
    const end = this.#largeSets.starts[number + 1] ?? 0;
    for (let at = this.#largeSets.starts[number] ?? 0; at < end; at++) {
      const set = this.#largeSets.items[at] ?? 0;
      if (this.#setGeneration[set] !== this.#generation) {
        this.#setGeneration[set] = this.#generation;
        this.#setLink[set] = 0;
      }
      if (this.#linkCount === this.#linkTrait.length) {
        this.#linkTrait = grown(this.#linkTrait);
        this.#linkNext = grown(this.#linkNext);
      }
      this.#linkTrait[this.#linkCount] = number;
      this.#linkNext[this.#linkCount] = this.#setLink[set] ?? 0;
      this.#setLink[set] = ++this.#linkCount;
    }
  }

  #nextGeneration(): void {
    if (this.#generation === this.#generations) {
      this.#traitGeneration.fill(0);
      this.#setGeneration.fill(0);
      this.#generation = 0;
    }
    this.#generation += 1;
  }
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
