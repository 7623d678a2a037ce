// The rules inside a document: each is parsed and checked by its language, its faults are placed here.

import type { SegmentDefinition } from "@dunlin/contract/workspace";
import { checkSegmentRule, parseSegmentRule } from "../../rules/segment-rule/segment-rule.ts";
import type { TraitLookup } from "../../rules/segment-rule/trait-lookup.ts";
import { parseTraitRule, traitRuleWarnings } from "../../rules/trait-rule/trait-rule.ts";
import { buildTraitLookup } from "../trait-lookup.ts";
import type { Drafts } from "./drafts.ts";
import { type ReadingMemory, traitsStand } from "./memory.ts";
import type { Draft } from "./objects.ts";
import type { Reading } from "./reading.ts";
import type { Registers } from "./registers.ts";

type SegmentDraft = Draft<SegmentDefinition>;
type Place = readonly (string | number)[];

/** The rule of a trait: one that passed in the document before, without a word, passes again. */
export function checkTraitRule(
  { trait, text }: { readonly trait: object; readonly text: string },
  place: Place,
  reading: Reading,
): void {
  if (reading.quietRules.has(trait)) return;
  const parsed = parseTraitRule(text);
  if (!parsed.ok) {
    reading.ruleFaultAt(place, parsed.error);
    return;
  }
  const warnings = traitRuleWarnings(parsed.value);
  if (warnings.length === 0) reading.quietRules.add(trait);
  for (const warning of warnings) reading.warnAt(place, warning);
}

/** Checks segment rules against the traits that each partner has. */
export class SegmentRuleChecks {
  readonly #drafts: Drafts;
  readonly #registers: Registers;
  /** Null until a rule asks: it takes a walk over all traits. */
  #lookups: Map<number, TraitLookup> | null = null;
  /** Segments of the document before, where their rules need not be checked again. */
  #passed: ReadonlySet<object | undefined> | null = null;

  constructor(drafts: Drafts, registers: Registers) {
    this.#drafts = drafts;
    this.#registers = registers;
  }

  /** Checks the rule of a segment that has one. */
  check(segment: SegmentDraft, place: Place, reading: Reading): void {
    const { pid, segmentRule: text } = segment;
    if (text === undefined) return;
    this.#passed ??= this.#passedBefore(reading.memory);
    if (this.#passed.has(segment)) return;
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

  #passedBefore(memory: ReadingMemory | null): ReadonlySet<object | undefined> {
    const { unreadable } = this.#drafts;
    const isKnown = memory !== null && !unreadable.has("traits") && !unreadable.has("folders");
    return isKnown && traitsStand(memory, this.#registers)
      ? new Set(memory.drafts.segments)
      : new Set();
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
