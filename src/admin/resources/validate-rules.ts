// Rules that nobody has saved yet.

import { buildTraitLookup } from "../../catalog/trait-lookup.ts";
import type { RuleFault } from "../../rules/rule-fault.ts";
import { checkSegmentRule, parseSegmentRule } from "../../rules/segment-rule/segment-rule.ts";
import { parseTraitRule } from "../../rules/trait-rule/trait-rule.ts";
import { type Refusal, type ResourceContext, refusal } from "./resource-kind.ts";

/** Null where the rule may be saved. */
export function validateTraitRule(body: unknown): Refusal | null {
  const code = codeOf(body);
  if (code === null) return NO_CODE;
  const parsed = parseTraitRule(code);
  return parsed.ok ? null : invalid([parsed.error]);
}

/** Traits are those of the partner and those that all share. */
export function validateSegmentRule(body: unknown, { view, pid }: ResourceContext): Refusal | null {
  const code = codeOf(body);
  if (code === null) return NO_CODE;
  const parsed = parseSegmentRule(code);
  if (!parsed.ok) return invalid([parsed.error]);
  const lookup = buildTraitLookup({
    traits: view.ofPartner("traits", pid),
    folders: view.ofPartner("folders", pid),
    isThirdParty: (id) => view.find("dataSources", id)?.thirdParty === true,
  });
  const faults = checkSegmentRule(parsed.value, lookup);
  return faults.length === 0 ? null : invalid(faults);
}

const NO_CODE = refusal("bad-request", "Expected the text of a rule as `code`.", [
  { at: "/code", code: "E_TYPE", message: "Expected the text of a rule as `code`." },
]);

function codeOf(body: unknown): string | null {
  const code: unknown =
    typeof body === "object" && body !== null ? Reflect.get(body, "code") : null;
  return typeof code === "string" ? code : null;
}

function invalid(faults: readonly RuleFault<string>[]): Refusal {
  const placed = faults.map(({ code, column, message }) => ({
    at: "/code",
    code,
    message,
    column,
  }));
  return refusal("rule-invalid", placed[0]?.message ?? "The rule is not valid.", placed);
}
