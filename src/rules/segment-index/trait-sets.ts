// The sets of base traits that rules speak of: a single trait, what is in a folder, a frequency list.
// Equal sets are one set, so that a folder that a thousand segments name is kept and counted once.

import type { TraitId } from "../../model/ids.ts";
import { invariant } from "../../model/result.ts";
import type { TraitForSegments, TraitLookup } from "../segment-rule/segment-rule.ts";

export class TraitSets {
  /** The base traits that some rule depends on; a trait's position is its number. */
  readonly sids: TraitId[] = [];
  /** Of each trait, by number. */
  readonly facts: TraitForSegments[] = [];
  /** Of each set, the numbers of its traits, ascending. */
  readonly members: (readonly number[])[] = [];

  readonly #traits: TraitLookup;
  readonly #numbers = new Map<TraitId, number>();
  readonly #setOfTrait = new Map<TraitId, number>();
  readonly #setByMembers = new Map<string, number>();

  constructor(traits: TraitLookup) {
    this.#traits = traits;
  }

  /** The set that a rule means by one trait, folder or not. */
  setOfTrait(sid: TraitId): number {
    const seen = this.#setOfTrait.get(sid);
    if (seen !== undefined) return seen;
    const set = this.#intern(this.#baseTraits(sid).map((base) => this.#numberOf(base)));
    this.#setOfTrait.set(sid, set);
    return set;
  }

  /** The set that a rule means by a list of traits. */
  setOfList(sids: readonly TraitId[]): number {
    const [only] = sids;
    if (sids.length === 1 && only !== undefined) return this.setOfTrait(only);
    return this.#intern(
      sids.flatMap((sid) => this.#baseTraits(sid)).map((base) => this.#numberOf(base)),
    );
  }

  #intern(numbers: readonly number[]): number {
    const distinct = [...new Set(numbers)].sort((one, other) => one - other);
    const key = distinct.join();
    const seen = this.#setByMembers.get(key);
    if (seen !== undefined) return seen;
    const set = this.members.push(distinct) - 1;
    this.#setByMembers.set(key, set);
    return set;
  }

  #baseTraits(sid: TraitId): readonly TraitId[] {
    const trait = this.#factsOf(sid);
    return trait.kind === "folder" ? trait.members : [sid];
  }

  #numberOf(sid: TraitId): number {
    const seen = this.#numbers.get(sid);
    if (seen !== undefined) return seen;
    const number = this.sids.push(sid) - 1;
    this.facts.push(this.#factsOf(sid));
    this.#numbers.set(sid, number);
    return number;
  }

  #factsOf(sid: TraitId): TraitForSegments {
    const facts = this.#traits(sid);
    invariant(facts !== null, `a checked segment rule depends on the unknown trait ${sid}`);
    return facts;
  }
}
