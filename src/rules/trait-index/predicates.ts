// The comparisons of all rules, each kept once: what two rules ask alike is asked once a call.
//
// A *sighted* predicate is found true while the signals are walked (a text or a number is looked up and
// leads to it). An *asked* one is worked out only when a rule that needs it is a candidate.

import { invariant } from "../../model/result.ts";
import { compileRegex, type Regex } from "../regex/regex.ts";
import { numberOf, wordsOf } from "../trait-rule/spelling.ts";
import type { Comparison } from "../trait-rule/trait-rule.ts";

export type SightedKind = "equalText" | "equalNumber" | "prefix" | "suffix" | "substring" | "words";
export type BoundKind = "above" | "atLeast" | "below" | "atMost";
export type AskedKind = BoundKind | "otherText" | "otherNumber" | "regex";
export type PredicateKind = SightedKind | AskedKind;

export interface Predicate {
  readonly id: number;
  readonly kind: PredicateKind;
  /** The number of its key in the dictionary. */
  readonly key: number;
  /** Folded. For words: each in spaces, ` red shoes `. For numbers: as JavaScript prints them. */
  readonly text: string;
  /** NaN for texts. */
  readonly number: number;
  /** The sighted predicate that an asked one leans on, -1 for none: the equality that an inequality
   *  denies, or the text that each match of a regular expression holds. */
  readonly leansOn: number;
  readonly regex: Regex | null;
}

export class PredicateDictionary {
  readonly predicates: Predicate[] = [];
  /** Numbers of folded keys. */
  readonly keys = new Map<string, number>();
  readonly #ids = new Map<string, number>();
  readonly #fold: (text: string) => string;
  readonly #caseSensitive: boolean;

  constructor(fold: (text: string) => string, caseSensitive: boolean) {
    this.#fold = fold;
    this.#caseSensitive = caseSensitive;
  }

  idOf({ key, operator, value }: Comparison): number {
    const keyId = this.#keyId(this.#fold(key));
    switch (operator) {
      case "==":
        return value.kind === "number"
          ? this.#numeric("equalNumber", keyId, value.text)
          : this.#text("equalText", keyId, this.#fold(value.text));
      case "!=":
        return value.kind === "number"
          ? this.#numeric("otherNumber", keyId, value.text)
          : this.#otherText(keyId, this.#fold(value.text));
      case ">":
        return this.#numeric("above", keyId, value.text);
      case ">=":
        return this.#numeric("atLeast", keyId, value.text);
      case "<":
        return this.#numeric("below", keyId, value.text);
      case "<=":
        return this.#numeric("atMost", keyId, value.text);
      case "startswith":
        return this.#text("prefix", keyId, this.#fold(value.text));
      case "endswith":
        return this.#text("suffix", keyId, this.#fold(value.text));
      case "contains":
        return this.#text("substring", keyId, this.#fold(value.text));
      case "matcheswords":
        return this.#text("words", keyId, spacedWords(value.text, this.#fold));
      case "matchesregex":
        return this.#regex(keyId, value.text);
    }
  }

  #keyId(key: string): number {
    const known = this.keys.get(key);
    if (known !== undefined) return known;
    this.keys.set(key, this.keys.size);
    return this.keys.size - 1;
  }

  #text(kind: PredicateKind, key: number, text: string): number {
    const name = `${kind} ${key} ${text}`;
    return (
      this.#ids.get(name) ??
      this.#add(name, { kind, key, text, number: Number.NaN, leansOn: -1, regex: null })
    );
  }

  #numeric(kind: PredicateKind, key: number, text: string): number {
    const number = numberOf(text);
    const name = `${kind} ${key} ${number}`;
    return (
      this.#ids.get(name) ??
      this.#add(name, { kind, key, text: `${number}`, number, leansOn: -1, regex: null })
    );
  }

  #otherText(key: number, text: string): number {
    const name = `otherText ${key} ${text}`;
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const leansOn = this.#text("equalText", key, text);
    return this.#add(name, {
      kind: "otherText",
      key,
      text: "",
      number: Number.NaN,
      leansOn,
      regex: null,
    });
  }

  #regex(key: number, pattern: string): number {
    const name = `regex ${key} ${pattern}`;
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const compiled = compileRegex(pattern);
    invariant(compiled.ok, "a parsed rule holds a regular expression that does not compile");
    const regex = compiled.value;
    const required = regex.requiredText(!this.#caseSensitive);
    const leansOn = required === null ? -1 : this.#text("substring", key, required);
    return this.#add(name, { kind: "regex", key, text: "", number: Number.NaN, leansOn, regex });
  }

  #add(name: string, predicate: Omit<Predicate, "id">): number {
    const id = this.predicates.length;
    this.predicates.push({ id, ...predicate });
    this.#ids.set(name, id);
    return id;
  }
}

/**
 * The words of a text, each folded by itself and in spaces, so that a run of whole words is found as a
 * text. Words are folded after they are split: folding can change what is a letter.
 */
export function spacedWords(text: string, fold: (text: string) => string): string {
  return ` ${wordsOf(text).map(fold).join(" ")} `;
}

const SIGHTED: ReadonlySet<PredicateKind> = new Set<SightedKind>([
  "equalText",
  "equalNumber",
  "prefix",
  "suffix",
  "substring",
  "words",
]);

export function isSighted(kind: PredicateKind): boolean {
  return SIGHTED.has(kind);
}
