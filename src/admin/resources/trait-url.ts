// The event URL that realizes a trait with a simple rule: what a person pastes into a page or a test.

import type { TraitDefinition } from "@dunlin/contract/workspace";
import { parseTraitRule, type TraitRule } from "../../rules/trait-rule/trait-rule.ts";
import type { ResourceContext } from "./resource-kind.ts";

/** Null where the rule asks for anything but certain values of certain keys that a caller may send. */
export function eventUrlOf(
  { sid, traitRule, traitType }: TraitDefinition,
  { view, pid, domain }: ResourceContext,
): string | null {
  const partner = view.find("partners", pid);
  if (partner === undefined || traitType === "ALGO_TRAIT") return null;
  const event = `https://${partner.alias}.${domain}/event`;
  if (traitRule === null) return `${event}?d_sid=${sid}`;
  const parsed = parseTraitRule(traitRule);
  const signals = parsed.ok ? signalsOf(parsed.value) : null;
  if (signals === null) return null;
  return `${event}?${signals.map((pair) => pair.map(encodeURIComponent).join("=")).join("&")}`;
}

type Pair = readonly [key: string, value: string];

/** Of alternatives the first will do. */
function signalsOf(rule: TraitRule): readonly Pair[] | null {
  switch (rule.kind) {
    case "comparison":
      return rule.operator === "==" && isSent(rule.key) ? [[rule.key, rule.value.text]] : null;
    case "and": {
      const parts = rule.operands.map(signalsOf);
      const pairs = parts.flatMap((part) => part ?? []);
      const areDistinct = new Set(pairs.map(([key]) => key)).size === pairs.length;
      return parts.includes(null) || !areDistinct ? null : pairs;
    }
    case "or":
      return rule.operands.map(signalsOf).find((part) => part !== null) ?? null;
    case "not":
      return null;
  }
}

/** Headers and what the platform finds out are not part of a URL. */
function isSent(key: string): boolean {
  return !/^[hd]_/.test(key);
}
