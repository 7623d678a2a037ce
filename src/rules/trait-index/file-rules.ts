// From rules to what the index keeps of them: predicates, clauses under their guards, programs.

import type { DataSourceId, TraitId } from "../../model/ids.ts";
import { type Entry, type Filing, fileEntries } from "./filing.ts";
import { clausesOf } from "./formula.ts";
import { GuardChooser } from "./guards.ts";
import { type Predicate, PredicateDictionary } from "./predicates.ts";
import { ProgramWriter } from "./programs.ts";
import { type RangeEntry, RangeTable } from "./range-table.ts";
import type { IndexedTrait } from "./trait-index.ts";

export interface FiledRules {
  readonly dictionary: PredicateDictionary;
  /** Of the rules, ascending by SID. */
  readonly sids: readonly TraitId[];
  readonly dataSourceIds: readonly DataSourceId[];
  readonly isVacuous: Uint8Array;
  /** The places of the rules that hold for a call without signals. */
  readonly vacuous: Int32Array;
  readonly byPredicate: Filing;
  /** Clauses that any value of the key makes candidates. */
  readonly byKey: Filing;
  readonly ranges: RangeTable;
  readonly code: Int32Array;
  /** What programs ask about, in the order in which they number it. */
  readonly asked: readonly Predicate[];
  readonly turnCount: number;
}

export function fileRules(
  traits: readonly IndexedTrait[],
  fold: (text: string) => string,
  caseSensitive: boolean,
): FiledRules {
  const ascending = [...traits].sort((one, other) => one.sid - other.sid);
  const dictionary = new PredicateDictionary(fold, caseSensitive);
  const rules = ascending.map(({ rule }) => clausesOf(rule, dictionary));
  const { predicates, keys } = dictionary;
  const allClauses = rules.flatMap(({ clauses }) => clauses);
  const chooser = new GuardChooser(predicates, keys.size, allClauses);
  const writer = new ProgramWriter(predicates);

  const byPredicate: (Entry & { group: number })[] = [];
  const byKey: (Entry & { group: number })[] = [];
  const ranges: RangeEntry[] = [];
  let turnCount = 0;
  for (const [rule, { clauses }] of rules.entries()) {
    for (const clause of clauses) {
      const guards = chooser.guardsOf(clause);
      const program = writer.write(clause, guards);
      const turn = guards.length > 1 ? turnCount++ : -1;
      for (const guard of guards) {
        const entry = { rule, program, turn };
        if (guard.kind === "sighted") byPredicate.push({ ...entry, group: guard.predicate });
        else if (guard.kind === "presence") byKey.push({ ...entry, group: guard.key });
        else ranges.push({ ...entry, key: guard.key, low: guard.low, high: guard.high });
      }
    }
  }
  return {
    dictionary,
    sids: ascending.map(({ sid }) => sid),
    dataSourceIds: ascending.map(({ dataSourceId }) => dataSourceId),
    isVacuous: Uint8Array.from(rules, ({ vacuous }) => (vacuous ? 1 : 0)),
    vacuous: Int32Array.from(rules.flatMap(({ vacuous }, rule) => (vacuous ? [rule] : []))),
    byPredicate: fileEntries(predicates.length, byPredicate),
    byKey: fileEntries(keys.size, byKey),
    ranges: new RangeTable(keys.size, ranges),
    code: Int32Array.from(writer.code),
    asked: writer.asked,
    turnCount,
  };
}
