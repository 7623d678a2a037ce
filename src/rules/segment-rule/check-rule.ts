// The checks of a rule that parsed ("Audience model", Segment rule language, Checks on save). Faults come
// in the documented order, a check after the other; within a check in text order, each trait once.

import type { TraitId } from "../../model/ids.ts";
import type { RuleFault } from "../rule-fault.ts";
import { holdsOnEmptyProfile } from "./empty-profile.ts";
import type { TraitLookup } from "./trait-lookup.ts";
import {
  type FrequencyTerm,
  forEachTrait,
  MAX_TRAITS,
  type SegmentRule,
  type SegmentRuleCode,
  type TraitReference,
} from "./tree.ts";

/** A check names this many traits and leaves the rest for the next attempt. */
const MAX_FAULTS_PER_CHECK = 100;

type SegmentRuleFault = RuleFault<SegmentRuleCode>;

export function faultsOf(rule: SegmentRule, traits: TraitLookup): SegmentRuleFault[] {
  const named = firstMentions((visit) => forEachTrait(rule, visit));
  const counted = firstMentions((visit) => {
    forEachFrequency(rule, (term) => term.traits.forEach(visit));
  });
  return [
    ...faultsIn(named, unknownTrait(traits)),
    ...faultsIn(counted, traitWithoutFrequency(traits)),
    ...faultsIn(counted, thirdPartyTrait(traits)),
    ...faultsIn(named.slice(MAX_TRAITS, MAX_TRAITS + 1), () => ({
      code: "E_TOO_MANY_TRAITS",
      message: `Found ${named.length} different traits; a segment rule has at most ${MAX_TRAITS}.`,
    })),
    ...(holdsOnEmptyProfile(rule) ? [MATCHES_EMPTY_PROFILE] : []),
  ];
}

const MATCHES_EMPTY_PROFILE: SegmentRuleFault = {
  code: "E_MATCHES_EMPTY_PROFILE",
  column: 1,
  message:
    "The rule holds for visitors without any trait, so for everyone; expected it to ask for some trait, for example by adding AND 123T.",
};

type TraitCheck = (trait: TraitReference) => Omit<SegmentRuleFault, "column"> | null;

function unknownTrait(traits: TraitLookup): TraitCheck {
  return ({ sid }) =>
    traits(sid) === null
      ? {
          code: "E_UNKNOWN_TRAIT",
          message: `Found ${sid}T; expected the ID of a trait that exists and may be read.`,
        }
      : null;
}

function traitWithoutFrequency(traits: TraitLookup): TraitCheck {
  return ({ sid }) =>
    traits(sid)?.allowsFrequency === false
      ? {
          code: "E_RF_TRAIT_TYPE",
          message: `Found ${sid}T in a frequency list; expected rule-based and folder traits only.`,
        }
      : null;
}

function thirdPartyTrait(traits: TraitLookup): TraitCheck {
  return ({ sid }) =>
    traits(sid)?.thirdParty === true
      ? {
          code: "E_RF_THIRD_PARTY",
          message: `Found ${sid}T, a third-party trait, in a frequency list; expected your own traits only.`,
        }
      : null;
}

function faultsIn(mentions: readonly TraitReference[], check: TraitCheck): SegmentRuleFault[] {
  const faults: SegmentRuleFault[] = [];
  for (const trait of mentions) {
    const fault = check(trait);
    if (fault !== null) faults.push({ ...fault, column: trait.column });
    if (faults.length === MAX_FAULTS_PER_CHECK) break;
  }
  return faults;
}

/** Where each trait is named first. */
function firstMentions(
  forEach: (visit: (trait: TraitReference) => void) => void,
): TraitReference[] {
  const mentions = new Map<TraitId, TraitReference>();
  forEach((trait) => {
    if (!mentions.has(trait.sid)) mentions.set(trait.sid, trait);
  });
  return [...mentions.values()];
}

function forEachFrequency(rule: SegmentRule, visit: (term: FrequencyTerm) => void): void {
  switch (rule.kind) {
    case "and":
    case "or":
      for (const operand of rule.operands) forEachFrequency(operand, visit);
      return;
    case "not":
      forEachFrequency(rule.operand, visit);
      return;
    case "frequency":
      visit(rule);
      return;
    case "trait":
      return;
  }
}
