// The rules inside a document: each is parsed and checked by its language, its faults are placed here.

import { checkSegmentRule, parseSegmentRule } from "../../rules/segment-rule/segment-rule.ts";
import type { TraitLookup } from "../../rules/segment-rule/trait-lookup.ts";
import { parseTraitRule, traitRuleWarnings } from "../../rules/trait-rule/trait-rule.ts";
import { buildTraitLookup } from "../trait-lookup.ts";
import type { Drafts } from "./drafts.ts";
import type { Reading } from "./reading.ts";
import type { Registers } from "./registers.ts";

type Place = readonly (string | number)[];

export function checkTraitRule(text: string, place: Place, reading: Reading): void {
  const parsed = parseTraitRule(text);
  if (!parsed.ok) {
    reading.ruleFaultAt(place, parsed.error);
    return;
  }
  for (const warning of traitRuleWarnings(parsed.value)) reading.warnAt(place, warning);
}

/** Checks segment rules against the traits that each partner has. */
export class SegmentRuleChecks {
  readonly #drafts: Drafts;
  readonly #registers: Registers;
  /** Null until a rule asks: it takes a walk over all traits. */
  #lookups: Map<number, TraitLookup> | null = null;

  constructor(drafts: Drafts, registers: Registers) {
    this.#drafts = drafts;
    this.#registers = registers;
  }

  check(
    text: string,
    { pid, place }: { readonly pid: number | undefined; readonly place: Place },
    reading: Reading,
  ): void {
    const parsed = parseSegmentRule(text);
    if (!parsed.ok) {
      reading.ruleFaultAt(place, parsed.error);
      return;
    }
    // Whose traits they are, or what traits there are, is not known: that fault is noted already.
    const { unreadable } = this.#drafts;
    if (pid === undefined || unreadable.has("traits") || unreadable.has("folders")) return;
    for (const fault of checkSegmentRule(parsed.value, this.#lookupOf(pid))) {
      reading.ruleFaultAt(place, fault);
    }
  }

  #lookupOf(pid: number): TraitLookup {
    this.#lookups ??= this.#buildLookups();
    return this.#lookups.get(pid) ?? (() => null);
  }

  #buildLookups(): Map<number, TraitLookup> {
    const traits = Map.groupBy(this.#registers.traits.values(), (trait) => trait.pid);
    const folders = Map.groupBy(this.#registers.folders.values(), (folder) => folder.pid);
    const lookups = new Map<number, TraitLookup>();
    for (const pid of new Set([...traits.keys(), ...folders.keys()])) {
      if (pid === undefined) continue;
      const lookup = buildTraitLookup({
        traits: traits.get(pid) ?? [],
        folders: folders.get(pid) ?? [],
        isThirdParty: (dataSourceId) =>
          this.#registers.dataSources.get(dataSourceId)?.thirdParty === true,
      });
      lookups.set(pid, lookup);
    }
    return lookups;
  }
}
