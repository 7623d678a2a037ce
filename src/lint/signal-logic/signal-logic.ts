// What can be said of a trait rule without a call: that no call makes it true, that every call does, or
// that only a call does in which some key has several values. The front door of this room.

import { fold } from "../../model/signal.ts";
import type { TraitRule } from "../../rules/trait-rule/trait-rule.ts";
import { isImpossible } from "../clauses.ts";
import { signalFormula, signalsContradict, singleSignalsContradict } from "./signal-atoms.ts";
import type { Folding } from "./value-tests.ts";

export { canonicalTraitRule, joined } from "./canonical-trait-rule.ts";
export type { Folding } from "./value-tests.ts";

/** Null: nothing of this is certain. */
export type SignalVerdict = "never" | "always" | "several-values" | null;

export function foldingOf(isCaseSensitive: boolean): Folding {
  return { isCaseSensitive, fold: isCaseSensitive ? (text) => text : fold };
}

export function judgeTraitRule(rule: TraitRule, folding: Folding): SignalVerdict {
  if (neverHolds(rule, folding)) return "never";
  if (alwaysHolds(rule, folding)) return "always";
  const formula = signalFormula(rule, folding);
  const asksTooMuch = isImpossible(formula, (clause) => singleSignalsContradict(clause, folding));
  return asksTooMuch ? "several-values" : null;
}

/** Certain, or false. */
export function neverHolds(rule: TraitRule, folding: Folding): boolean {
  const formula = signalFormula(rule, folding);
  return isImpossible(formula, (clause) => signalsContradict(clause, folding));
}

/** Certain, or false. */
export function alwaysHolds(rule: TraitRule, folding: Folding): boolean {
  const opposite = signalFormula(rule, folding, true);
  return isImpossible(opposite, (clause) => signalsContradict(clause, folding));
}
