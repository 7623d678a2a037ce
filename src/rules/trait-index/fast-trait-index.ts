// The trait index. A call's signals lead to the predicates that they make true; those lead to the clauses
// that are filed under them; what else a clause needs is verified by a short program. Rules that share
// nothing with the call are never touched.

import type { DataSourceId, TraitId } from "../../model/ids.ts";
import { fold, type Signals } from "../../model/signal.ts";
import { sortNumbers } from "../sort-numbers.ts";
import { AskedPredicates } from "./asked-predicates.ts";
import { Bits } from "./bits.ts";
import { CallFacts } from "./call-facts.ts";
import { type FiledRules, fileRules } from "./file-rules.ts";
import { ENTRY_SIZE, type Filing } from "./filing.ts";
import { KeyNames } from "./key-names.ts";
import { ACCEPT } from "./programs.ts";
import { Sighting } from "./sighting.ts";
import type { IndexedTrait, TraitIndex, TraitIndexOptions } from "./trait-index.ts";

export class FastTraitIndex implements TraitIndex {
  readonly #rules: FiledRules;
  readonly #names: KeyNames;
  readonly #sighting: Sighting;
  readonly #asked: AskedPredicates;
  readonly #facts: CallFacts;
  /** Predicates that the signals of this call made true. */
  readonly #sighted: Bits;
  /** Rules with a clause that holds, and clauses of several guards that had their turn. */
  readonly #holding: Bits;
  readonly #turns: Bits;
  /** The rules that hold in the end. */
  readonly #places: Int32Array;

  constructor(traits: readonly IndexedTrait[], { caseSensitive }: TraitIndexOptions) {
    const foldText = caseSensitive ? (text: string) => text : fold;
    const rules = fileRules(traits, foldText, caseSensitive);
    const { predicates, keys } = rules.dictionary;
    this.#rules = rules;
    this.#facts = new CallFacts(keys.size);
    this.#sighted = new Bits(predicates.length);
    this.#holding = new Bits(traits.length);
    this.#turns = new Bits(rules.turnCount);
    this.#places = new Int32Array(traits.length);
    this.#asked = new AskedPredicates(rules.asked, this.#facts, this.#sighted);
    this.#names = new KeyNames(keys.keys());
    this.#sighting = new Sighting(this.#names, predicates, {
      facts: this.#facts,
      sighted: this.#sighted,
      fold: foldText,
    });
  }

  get keyCount(): number {
    return this.#names.count;
  }

  keyNumber(key: string): number {
    return this.#names.numberOf(key);
  }

  usedKeys(): Iterable<string> {
    return this.#rules.dictionary.keys.keys();
  }

  realized(signals: Signals, from: DataSourceId | null): TraitId[] {
    this.#begin(signals.keys.length);
    this.#sighting.walk(signals);
    for (let n = 0; n < this.#sighted.count; n += 1) {
      this.#tryGroup(this.#rules.byPredicate, this.#sighted.at(n), signals);
    }
    for (let n = 0; n < this.#facts.keys.count; n += 1) {
      const key = this.#facts.keys.at(n);
      this.#tryGroup(this.#rules.byKey, key, signals);
      if (this.#facts.hasNumber(key)) this.#tryRanges(key, signals);
    }
    return this.#answer(from);
  }

  /** Forgets the last call, even one that ended in an exception. */
  #begin(rowCount: number): void {
    this.#sighted.clear();
    this.#holding.clear();
    this.#turns.clear();
    this.#asked.begin();
    this.#facts.begin(rowCount);
  }

  #tryGroup({ starts, entries }: Filing, group: number, signals: Signals): void {
    const end = starts[group + 1] ?? 0;
    for (let at = starts[group] ?? 0; at < end; at += ENTRY_SIZE) this.#try(entries, at, signals);
  }

  #tryRanges(key: number, signals: Signals): void {
    const { ranges } = this.#rules;
    const least = this.#facts.least(key);
    const end = ranges.endFor(key, this.#facts.greatest(key));
    for (
      let place = ranges.nextHit(ranges.start(key), end, least);
      place < end;
      place = ranges.nextHit(place + 1, end, least)
    ) {
      this.#try(ranges.entries, place * ENTRY_SIZE, signals);
    }
  }

  #try(entries: Int32Array, at: number, signals: Signals): void {
    const rule = entries[at] ?? 0;
    if (this.#holding.has(rule)) return;
    const turn = entries[at + 2] ?? -1;
    if (turn >= 0 && !this.#turns.add(turn)) return;
    if (this.#accepts(entries[at + 1] ?? ACCEPT, signals)) this.#holding.add(rule);
  }

  #accepts(program: number, signals: Signals): boolean {
    const { code } = this.#rules;
    let at = program;
    while (at >= 0) {
      const what = code[at] ?? 0;
      const isTrue =
        (what & 1) === 0 ? this.#sighted.has(what >>> 1) : this.#asked.holds(what >>> 1, signals);
      at = code[isTrue ? at + 1 : at + 2] ?? ACCEPT;
    }
    return at === ACCEPT;
  }

  /** A vacuous rule is filed by its opposite: it holds unless that does. */
  #answer(from: DataSourceId | null): TraitId[] {
    const { vacuous, isVacuous } = this.#rules;
    const places = this.#places;
    let count = 0;
    for (let n = 0; n < this.#holding.count; n += 1) {
      const rule = this.#holding.at(n);
      if (vacuous.length === 0 || isVacuous[rule] === 0) places[count++] = rule;
    }
    for (const rule of vacuous) if (!this.#holding.has(rule)) places[count++] = rule;
    sortNumbers(places, count);
    return this.#traitsAt(count, from);
  }

  /** Places ascend as SIDs do; two traits of one SID are one trait. */
  #traitsAt(count: number, from: DataSourceId | null): TraitId[] {
    const { sids, dataSourceIds } = this.#rules;
    const realized: TraitId[] = [];
    let last: TraitId | null = null;
    for (let n = 0; n < count; n += 1) {
      const rule = this.#places[n] ?? 0;
      const sid = sids[rule];
      if (sid === undefined || sid === last) continue;
      if (from !== null && dataSourceIds[rule] !== from) continue;
      realized.push(sid);
      last = sid;
    }
    return realized;
  }
}
