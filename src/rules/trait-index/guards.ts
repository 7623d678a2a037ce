// Under what a clause is filed. A guard is something that is true whenever the clause is, so that a call in
// which no guard of a clause is true need not look at it. A conjunction is filed under the operand that is
// true for the fewest calls, a disjunction under each of its operands (after Whang et al., "Indexing
// Boolean Expressions", 2009; here one guard finds the clause and the rest is verified).

import { invariant } from "../../model/result.ts";
import type { Formula, PredicateTerm } from "./formula.ts";
import { isSighted, type Predicate } from "./predicates.ts";

export type Guard =
  | { readonly kind: "sighted"; readonly predicate: number }
  /** Some value is at least `low` and some value is at most `high`. */
  | { readonly kind: "range"; readonly key: number; readonly low: number; readonly high: number }
  /** The key has a value. */
  | { readonly kind: "presence"; readonly key: number };

interface GuardChoice {
  readonly guards: readonly Guard[];
  /** Candidates that a call is expected to look at because of these guards: to be compared, no more. */
  readonly cost: number;
}

/** How often a predicate is true for a call that has its key, by a rough guess. */
const EQUALITY_CHANCE = 0.01;
const WORDS_CHANCE = 0.02;
const LONG_TEXT_CHANCE = 0.03;
const SHORT_TEXT_CHANCE = 0.2;
const INTERVAL_CHANCE = 0.25;
const HALF_LINE_CHANCE = 0.5;
const PRESENCE_CHANCE = 0.9;
const SHORT_TEXT = 3;

export class GuardChooser {
  readonly #predicates: readonly Predicate[];
  /** Clauses that hold the predicate; those with a range on the key; those with anything on it. */
  readonly #clausesOf: Uint32Array;
  readonly #rangesOn: Uint32Array;
  readonly #clausesOn: Uint32Array;

  constructor(predicates: readonly Predicate[], keyCount: number, clauses: Iterable<Formula>) {
    this.#predicates = predicates;
    this.#clausesOf = new Uint32Array(predicates.length);
    this.#rangesOn = new Uint32Array(keyCount);
    this.#clausesOn = new Uint32Array(keyCount);
    for (const clause of clauses) this.#count(clause);
  }

  guardsOf(clause: Formula): readonly Guard[] {
    const choice = this.#choose(clause);
    invariant(choice !== null, "a clause that is false without signals has no guard");
    return choice.guards;
  }

  #count(formula: Formula): void {
    if (formula.kind !== "predicate") {
      for (const operand of formula.operands) this.#count(operand);
      return;
    }
    if (formula.negated) return;
    const predicate = this.#predicate(formula.predicate);
    increment(this.#clausesOf, predicate.id);
    if (predicate.leansOn >= 0) increment(this.#clausesOf, predicate.leansOn);
    increment(this.#clausesOn, predicate.key);
    if (rangeOf(predicate) !== null) increment(this.#rangesOn, predicate.key);
  }

  /** Null for a formula that needs nothing to be true. */
  #choose(formula: Formula): GuardChoice | null {
    if (formula.kind === "predicate") return formula.negated ? null : this.#ofPredicate(formula);
    const choices = formula.operands.map((operand) => this.#choose(operand));
    if (formula.kind === "or") return together(choices);
    return cheapest([...choices, ...this.#intervals(formula.operands)]);
  }

  #ofPredicate({ predicate: id }: PredicateTerm): GuardChoice {
    const predicate = this.#predicate(id);
    if (isSighted(predicate.kind)) return this.#sighted(predicate);
    const range = rangeOf(predicate);
    if (range !== null) return this.#range(predicate.key, range, HALF_LINE_CHANCE);
    if (predicate.kind === "regex" && predicate.leansOn >= 0) {
      return this.#sighted(this.#predicate(predicate.leansOn));
    }
    const { key } = predicate;
    return {
      guards: [{ kind: "presence", key }],
      cost: PRESENCE_CHANCE * countAt(this.#clausesOn, key),
    };
  }

  #sighted({ id, kind, text }: Predicate): GuardChoice {
    return {
      guards: [{ kind: "sighted", predicate: id }],
      cost: chanceOf(kind, text) * countAt(this.#clausesOf, id),
    };
  }

  #range(key: number, { low, high }: Range, chance: number): GuardChoice {
    return {
      guards: [{ kind: "range", key, low, high }],
      cost: chance * countAt(this.#rangesOn, key),
    };
  }

  /** Ranges of a conjunction on one key taken together: `price >= 10 AND price < 20`. */
  #intervals(operands: readonly Formula[]): GuardChoice[] {
    const byKey = new Map<number, Range>();
    for (const operand of operands) {
      if (operand.kind !== "predicate" || operand.negated) continue;
      const predicate = this.#predicate(operand.predicate);
      const range = rangeOf(predicate);
      if (range === null) continue;
      const known = byKey.get(predicate.key) ?? EVERYWHERE;
      byKey.set(predicate.key, {
        low: Math.max(known.low, range.low),
        high: Math.min(known.high, range.high),
      });
    }
    return [...byKey]
      .filter(([, { low, high }]) => low !== -Infinity && high !== Infinity)
      .map(([key, range]) => this.#range(key, range, INTERVAL_CHANCE));
  }

  #predicate(id: number): Predicate {
    const predicate = this.#predicates[id];
    invariant(predicate !== undefined, "a formula names a predicate that does not exist");
    return predicate;
  }
}

interface Range {
  readonly low: number;
  readonly high: number;
}

const EVERYWHERE: Range = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** The values that the predicate may accept, ends included: a strict bound is verified later. */
function rangeOf({ kind, number }: Predicate): Range | null {
  if (kind === "above" || kind === "atLeast") return { ...EVERYWHERE, low: number };
  if (kind === "below" || kind === "atMost") return { ...EVERYWHERE, high: number };
  return null;
}

function chanceOf(kind: Predicate["kind"], text: string): number {
  if (kind === "equalText" || kind === "equalNumber") return EQUALITY_CHANCE;
  if (kind === "words") return WORDS_CHANCE;
  return text.length > SHORT_TEXT ? LONG_TEXT_CHANCE : SHORT_TEXT_CHANCE;
}

function together(choices: readonly (GuardChoice | null)[]): GuardChoice | null {
  const all = choices.flatMap((choice) => (choice === null ? [] : [choice]));
  if (all.length < choices.length) return null;
  return {
    guards: all.flatMap(({ guards }) => guards),
    cost: all.reduce((cost, choice) => cost + choice.cost, 0),
  };
}

function cheapest(choices: readonly (GuardChoice | null)[]): GuardChoice | null {
  return choices.reduce(
    (best, choice) =>
      choice !== null && (best === null || choice.cost < best.cost) ? choice : best,
    null,
  );
}

function increment(counts: Uint32Array, at: number): void {
  counts[at] = countAt(counts, at) + 1;
}

function countAt(counts: Uint32Array, at: number): number {
  return counts[at] ?? 0;
}
