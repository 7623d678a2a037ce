// The same trait rules in `json-rules-engine`, the best known rule engine of the npm registry. It knows no
// keys with several values, so its operators are given as ours mean them: true when some value passes.

import { type ConditionProperties, Engine, type NestedCondition } from "json-rules-engine";
import type { Signals } from "../../src/model/signal.ts";
import type { IndexedTrait } from "../../src/rules/trait-index/trait-index.ts";
import type { Comparison, TraitRule } from "../../src/rules/trait-rule/trait-rule.ts";

type Facts = Record<string, string[]>;

const OPERATORS: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  "==": (value, wanted) => value === wanted,
  ">": (value, wanted) => Number(value) > Number(wanted),
  contains: (value, wanted) => value.includes(wanted),
  startswith: (value, wanted) => value.startsWith(wanted),
  endswith: (value, wanted) => value.endsWith(wanted),
};

export function buildRulesEngine(traits: readonly IndexedTrait[]): Engine {
  const engine = new Engine([], { allowUndefinedFacts: true });
  for (const [name, passes] of Object.entries(OPERATORS)) {
    engine.addOperator(name, (values: string[] | undefined, wanted: string) =>
      (values ?? []).some((value) => passes(value, wanted)),
    );
  }
  for (const { sid, rule } of traits) {
    engine.addRule({ conditions: { all: [conditionOf(rule)] }, event: { type: String(sid) } });
  }
  return engine;
}

export function factsOf(signals: Signals): Facts {
  const facts: Facts = {};
  for (const [row, key] of signals.keys.entries()) {
    facts[key] = [...(facts[key] ?? []), signals.folded[row] ?? ""];
  }
  return facts;
}

/** The traits realized, ascending. */
export async function realizedByEngine(engine: Engine, facts: Facts): Promise<number[]> {
  const { events } = await engine.run(facts);
  return events.map((event) => Number(event.type)).sort((a, b) => a - b);
}

function conditionOf(rule: TraitRule): NestedCondition {
  switch (rule.kind) {
    case "and":
      return { all: rule.operands.map(conditionOf) };
    case "or":
      return { any: rule.operands.map(conditionOf) };
    case "not":
      return { not: conditionOf(rule.operand) };
    case "comparison":
      return comparisonOf(rule);
  }
}

function comparisonOf({ key, operator, value }: Comparison): ConditionProperties {
  if (!(operator in OPERATORS)) throw new Error(`No counterpart for ${operator}.`);
  return { fact: key, operator, value: value.text };
}
