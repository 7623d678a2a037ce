// The slow twin of the trait index: it tests every rule by walking its tree, in the words of the manual
// ("Audience model", Comparison semantics). The oracle for the fast one, and what rule testers explain with.

import { invariant } from "../../model/result.ts";
import { fold, type Signals } from "../../model/signal.ts";
import { compileRegex, type Regex } from "../regex/regex.ts";
import { numberOf, wordsOf } from "../trait-rule/spelling.ts";
import type { Comparison, TraitRule } from "../trait-rule/trait-rule.ts";
import type { IndexedTrait, TraitIndex, TraitIndexOptions } from "./trait-index.ts";

export function buildSlowTraitIndex(
  traits: readonly IndexedTrait[],
  options: TraitIndexOptions,
): TraitIndex {
  const foldText = options.caseSensitive ? (text: string) => text : fold;
  const ascending = [...traits].sort((one, other) => one.sid - other.sid);
  const rules = ascending.map(({ sid, dataSourceId, rule }) => ({
    sid,
    dataSourceId,
    test: ruleTest(rule, foldText),
  }));
  const keys = [...new Set(traits.flatMap(({ rule }) => keysOf(rule).map(foldText)))];
  return {
    keyCount: keys.length,
    keyNumber: (key) => keys.indexOf(key),
    usedKeys: () => keys,
    realized: (signals, from) => {
      const realized = rules
        .filter(({ dataSourceId }) => from === null || dataSourceId === from)
        .filter(({ test }) => test(signals))
        .map(({ sid }) => sid);
      return [...new Set(realized)];
    },
  };
}

type SignalsTest = (signals: Signals) => boolean;
type ValueTest = (value: string, folded: string) => boolean;

function ruleTest(rule: TraitRule, foldText: (text: string) => string): SignalsTest {
  switch (rule.kind) {
    case "and": {
      const tests = rule.operands.map((operand) => ruleTest(operand, foldText));
      return (signals) => tests.every((test) => test(signals));
    }
    case "or": {
      const tests = rule.operands.map((operand) => ruleTest(operand, foldText));
      return (signals) => tests.some((test) => test(signals));
    }
    case "not": {
      const test = ruleTest(rule.operand, foldText);
      return (signals) => !test(signals);
    }
    case "comparison":
      return comparisonTest(rule, foldText);
  }
}

/** True when some value of the key passes. */
function comparisonTest(comparison: Comparison, foldText: (text: string) => string): SignalsTest {
  const key = foldText(comparison.key);
  const test = valueTest(comparison, foldText);
  return ({ keys, values, folded }) =>
    keys.some((present, row) => present === key && test(values[row] ?? "", folded[row] ?? ""));
}

function valueTest({ operator, value }: Comparison, foldText: (text: string) => string): ValueTest {
  const literal = foldText(value.text);
  const number = numberOf(value.text);
  switch (operator) {
    case "==":
      return value.kind === "number"
        ? (original) => numberOf(original) === number
        : (_, folded) => folded === literal;
    case "!=":
      return value.kind === "number"
        ? (original) => numberOf(original) !== number
        : (_, folded) => folded !== literal;
    case ">":
      return (original) => numberOf(original) > number;
    case "<":
      return (original) => numberOf(original) < number;
    case ">=":
      return (original) => numberOf(original) >= number;
    case "<=":
      return (original) => numberOf(original) <= number;
    case "contains":
      return (_, folded) => folded.includes(literal);
    case "startswith":
      return (_, folded) => folded.startsWith(literal);
    case "endswith":
      return (_, folded) => folded.endsWith(literal);
    case "matcheswords": {
      const sought = wordsOf(value.text).map(foldText);
      return (original) => hasRun(wordsOf(original).map(foldText), sought);
    }
    case "matchesregex": {
      const regex = checkedRegex(value.text);
      return (original) => regex.matches(original);
    }
  }
}

function hasRun(words: readonly string[], sought: readonly string[]): boolean {
  return words.some((_, start) => sought.every((word, offset) => words[start + offset] === word));
}

function checkedRegex(pattern: string): Regex {
  const regex = compileRegex(pattern);
  invariant(regex.ok, "a parsed rule holds a regular expression that does not compile");
  return regex.value;
}

function keysOf(rule: TraitRule): string[] {
  switch (rule.kind) {
    case "and":
    case "or":
      return rule.operands.flatMap(keysOf);
    case "not":
      return keysOf(rule.operand);
    case "comparison":
      return [rule.key];
  }
}
