// Trait rules as formulas over what is asked of the values of a key, and which of these questions cannot
// have the answer yes together.
//
// A key may have several values, and each comparison may hold by another one of them: two comparisons that
// no value passes at once do not contradict one another. Only what is asked of every value does.

import type { Comparison, TraitRule } from "../../rules/trait-rule/trait-rule.ts";
import type { Clause, Formula } from "../clauses.ts";
import { NumberRange } from "./number-range.ts";
import {
  entails,
  excludes,
  type Folding,
  isNumberTest,
  type ValueTest,
  valueTestOf,
} from "./value-tests.ts";

/** Some value of the key, or every value of it, passes a test, or fails it. A key may have no value at all. */
export interface SignalAtom {
  readonly key: string;
  readonly asksFor: "some" | "every";
  readonly test: ValueTest;
  readonly passes: boolean;
}

/** NOT is pushed down to the atoms. */
export function signalFormula(
  rule: TraitRule,
  folding: Folding,
  isNegated = false,
): Formula<SignalAtom> {
  switch (rule.kind) {
    case "not":
      return signalFormula(rule.operand, folding, !isNegated);
    case "comparison":
      return { kind: "atom", atom: signalAtom(rule, folding, isNegated) };
    case "and":
    case "or": {
      const kind = (rule.kind === "and") === isNegated ? "or" : "and";
      const operands = rule.operands.map((operand) => signalFormula(operand, folding, isNegated));
      return { kind, operands };
    }
  }
}

function signalAtom(comparison: Comparison, folding: Folding, isNegated: boolean): SignalAtom {
  const key = folding.fold(comparison.key);
  const test = valueTestOf(comparison, folding);
  const passes = (comparison.operator === "!=") === isNegated;
  return { key, asksFor: isNegated ? "every" : "some", test, passes };
}

/** Whether no signals at all answer these with yes. */
export function signalsContradict(clause: Clause<SignalAtom>, folding: Folding): boolean {
  for (const atoms of byKey(clause)) {
    const every = atoms.filter(({ asksFor }) => asksFor === "every");
    const some = atoms.filter(({ asksFor }) => asksFor === "some");
    if (some.some((one) => isNoValue([one, ...every], folding))) return true;
  }
  return false;
}

/** Whether no signals do so that hold a key once at most. */
export function singleSignalsContradict(clause: Clause<SignalAtom>, folding: Folding): boolean {
  return [...byKey(clause)].some(
    (atoms) => atoms.some(({ asksFor }) => asksFor === "some") && isNoValue(atoms, folding),
  );
}

function byKey(clause: Clause<SignalAtom>): Iterable<readonly SignalAtom[]> {
  return Map.groupBy(clause, ({ key }) => key).values();
}

/** Whether it is certain that no value passes and fails all that it should. */
function isNoValue(atoms: readonly SignalAtom[], folding: Folding): boolean {
  const passed = atoms.flatMap(({ test, passes }) => (passes ? [test] : []));
  const failed = atoms.flatMap(({ test, passes }) => (passes ? [] : [test]));
  if (passed.some((one) => failed.some((other) => entails(one, other, folding)))) return true;
  const clash = passed.some((one, place) =>
    passed.slice(place + 1).some((other) => excludes(one, other, folding)),
  );
  return clash || isNoNumber(passed, failed);
}

function isNoNumber(passed: readonly ValueTest[], failed: readonly ValueTest[]): boolean {
  const numeric = passed.filter(isNumberTest);
  // Whatever is no number fails every number's test.
  if (numeric.length === 0) return false;
  const range = new NumberRange();
  for (const test of numeric) range.keep(test);
  for (const test of failed.filter(isNumberTest)) range.drop(test);
  return range.isEmpty;
}
