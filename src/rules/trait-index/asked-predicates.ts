// Predicates that are worked out only when a rule that needs them is a candidate: bounds on numbers,
// inequalities and regular expressions.

import type { Signals } from "../../model/signal.ts";
import type { Regex } from "../regex/regex.ts";
import { groupRegexes, type RegexGroup } from "../regex/regex-group.ts";
import { Bits } from "./bits.ts";
import type { CallFacts } from "./call-facts.ts";
import type { Predicate, PredicateKind } from "./predicates.ts";

/**
 * What all regular expressions together may cost one call: about 15 ms if each is as slow as its form lets
 * it be, which no expression in use comes near. Those left over then count as not matching.
 */
export const MAX_REGEX_STEPS_PER_CALL = 1_200_000;

const ABOVE = 0;
const AT_LEAST = 1;
const BELOW = 2;
const AT_MOST = 3;
const OTHER_TEXT = 4;
const OTHER_NUMBER = 5;
const REGEX = 6;

const CODES: Readonly<Partial<Record<PredicateKind, number>>> = {
  above: ABOVE,
  atLeast: AT_LEAST,
  below: BELOW,
  atMost: AT_MOST,
  otherText: OTHER_TEXT,
  otherNumber: OTHER_NUMBER,
  regex: REGEX,
};

/** Predicates are known here by their place among the asked ones, so that they lie close together. */
export class AskedPredicates {
  readonly #codes: Uint8Array;
  readonly #keys: Int32Array;
  readonly #numbers: Float64Array;
  readonly #leansOn: Int32Array;
  readonly #regexes: readonly (Regex | null)[];
  /** The group of a regular expression that no text leads to: such are tried together. */
  readonly #groups: ReadonlyMap<number, RegexGroup<number>>;
  readonly #facts: CallFacts;
  readonly #sighted: Bits;
  /** Regular expressions that were tried in this call, and those of them that matched. */
  readonly #tried: Bits;
  readonly #matched: Bits;
  #stepsLeft = 0;

  constructor(asked: readonly Predicate[], facts: CallFacts, sighted: Bits) {
    this.#codes = Uint8Array.from(asked, ({ kind }) => CODES[kind] ?? 0);
    this.#keys = Int32Array.from(asked, ({ key }) => key);
    this.#numbers = Float64Array.from(asked, ({ number }) => number);
    this.#leansOn = Int32Array.from(asked, ({ leansOn }) => leansOn);
    this.#regexes = asked.map(({ regex }) => regex);
    this.#groups = groupsOf(asked);
    this.#facts = facts;
    this.#sighted = sighted;
    this.#tried = new Bits(asked.length);
    this.#matched = new Bits(asked.length);
  }

  begin(): void {
    this.#tried.clear();
    this.#matched.clear();
    this.#stepsLeft = MAX_REGEX_STEPS_PER_CALL;
  }

  /** Asked when all signals have been walked. */
  holds(predicate: number, signals: Signals): boolean {
    const key = this.#keys[predicate] ?? 0;
    const code = this.#codes[predicate];
    if (code === OTHER_TEXT) return this.#hasOtherText(predicate, key);
    if (code === REGEX) return this.#matches(predicate, key, signals);
    const number = this.#numbers[predicate] ?? 0;
    if (code === OTHER_NUMBER) return this.#facts.hasOtherNumber(key, number);
    if (!this.#facts.hasNumber(key)) return false;
    switch (code) {
      case ABOVE:
        return this.#facts.greatest(key) > number;
      case AT_LEAST:
        return this.#facts.greatest(key) >= number;
      case BELOW:
        return this.#facts.least(key) < number;
      default:
        return this.#facts.least(key) <= number;
    }
  }

  /** Values that differ cannot all be the one that is denied. */
  #hasOtherText(predicate: number, key: number): boolean {
    if (!this.#facts.keys.has(key)) return false;
    return this.#facts.varies(key) || !this.#sighted.has(this.#leansOn[predicate] ?? 0);
  }

  #matches(predicate: number, key: number, signals: Signals): boolean {
    const required = this.#leansOn[predicate] ?? -1;
    if (required >= 0 && !this.#sighted.has(required)) return false;
    if (this.#tried.has(predicate)) return this.#matched.has(predicate);
    const group = this.#groups.get(predicate);
    if (group === undefined || !this.#tryGroup(group, key, signals)) {
      this.#tryAlone(predicate, key, signals);
    }
    return this.#matched.has(predicate);
  }

  #tryAlone(predicate: number, key: number, { values }: Signals): void {
    this.#tried.add(predicate);
    const regex = this.#regexes[predicate] ?? null;
    if (regex === null) return;
    const facts = this.#facts;
    for (let row = facts.firstRow(key); row >= 0; row = facts.rowAfter(row)) {
      const value = values[row] ?? "";
      this.#stepsLeft -= regex.stepsFor(value.length);
      if (this.#stepsLeft < 0) return;
      if (!regex.matches(value)) continue;
      this.#matched.add(predicate);
      return;
    }
  }

  /** Tries all expressions of a group at once; false when a value is too long for that. */
  #tryGroup(group: RegexGroup<number>, key: number, { values }: Signals): boolean {
    const facts = this.#facts;
    for (let row = facts.firstRow(key); row >= 0; row = facts.rowAfter(row)) {
      if ((values[row] ?? "").length > group.maxCharacters) return false;
    }
    for (const member of group.members) this.#tried.add(member);
    for (let row = facts.firstRow(key); row >= 0; row = facts.rowAfter(row)) {
      const value = values[row] ?? "";
      this.#stepsLeft -= group.stepsFor(value.length);
      if (this.#stepsLeft < 0) return true;
      for (const member of group.matching(value)) this.#matched.add(member);
    }
    return true;
  }
}

function groupsOf(asked: readonly Predicate[]): ReadonlyMap<number, RegexGroup<number>> {
  const membersByKey = new Map<number, { regex: Regex; of: number }[]>();
  for (const [place, { key, leansOn, regex }] of asked.entries()) {
    if (regex === null || leansOn >= 0) continue;
    const members = membersByKey.get(key) ?? [];
    membersByKey.set(key, members);
    members.push({ regex, of: place });
  }
  const groups = [...membersByKey.values()].flatMap((members) => groupRegexes(members));
  return new Map(groups.flatMap((group) => group.members.map((member) => [member, group])));
}
