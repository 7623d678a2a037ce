// The segment index for live traffic: rules compiled to flat programs and filed under the traits that can
// make them true, so that a profile's cost grows with its traits and their segments, not with all there
// are.

import type { SegmentId, TraitId } from "../../model/ids.ts";
import type { Profile } from "../../model/profile.ts";
import { invariant } from "../../model/result.ts";
import { DAY_MS, utcDay } from "../../model/time.ts";
import type { TraitLookup } from "../segment-rule/segment-rule.ts";
import { sortNumbers } from "../sort-numbers.ts";
import { anchorsOf } from "./anchors.ts";
import { explainProgram } from "./explain-program.ts";
import { type FlatLists, invertedLists } from "./flat-lists.ts";
import { FOREVER, LiveTraits, MAX_GENERATIONS } from "./live-traits.ts";
import { type PlainRule, plainRule } from "./plain-rule.ts";
import { appendProgram } from "./program.ts";
import type { SegmentProof } from "./proof.ts";
import { ProgramRunner } from "./run-program.ts";
import type { IndexedSegment, Qualified, SegmentIndex } from "./segment-index.ts";
import { TraitSets } from "./trait-sets.ts";

export class FastSegmentIndex implements SegmentIndex {
  /** Ascending; a segment's position is its number. */
  readonly #sids: readonly SegmentId[];
  /** By segment, where its program begins. */
  readonly #programs: Int32Array;
  readonly #code: Int32Array;
  /** By number. */
  readonly #traitSids: readonly TraitId[];
  /** By trait, the sets with segments that hold it. */
  readonly #setsOfTrait: FlatLists;
  /** By set, the segments filed under it. */
  readonly #segmentsOfSet: FlatLists;
  readonly #always: readonly number[];
  readonly #live: LiveTraits;
  readonly #runner: ProgramRunner;
  /** The generation that looked at a set or a segment last. */
  readonly #setSeen: Int32Array;
  readonly #segmentSeen: Int32Array;
  readonly #found: Int32Array;
  #foundCount = 0;
  #changeDay = FOREVER;

  /** `generations` is less than it could be only in tests. */
  constructor(
    segments: readonly IndexedSegment[],
    traits: TraitLookup,
    generations = MAX_GENERATIONS,
  ) {
    const ascending = [...segments].sort((one, other) => one.sid - other.sid);
    const sets = new TraitSets(traits);
    const rules = ascending.map(({ rule }) => plainRule(rule, sets));
    const code: number[] = [];
    const programs = rules.map((rule) => {
      const start = code.length;
      appendProgram(rule, code);
      return start;
    });
    const anchors = anchorSets(rules, sets);

    this.#sids = ascending.map(({ sid }) => sid);
    this.#programs = Int32Array.from(programs);
    this.#segmentsOfSet = invertedLists(
      anchors.map((anchored) => anchored ?? []),
      sets.members.length,
    );
    this.#setsOfTrait = invertedLists(
      sets.members.map((members, set) => (isEmptyList(this.#segmentsOfSet, set) ? [] : members)),
      sets.sids.length,
    );
    this.#always = anchors.flatMap((anchored, segment) => (anchored === null ? [segment] : []));
    this.#live = new LiveTraits(sets, generations);
    this.#code = Int32Array.from(code);
    this.#traitSids = sets.sids;
    this.#runner = new ProgramRunner(this.#code, this.#live);
    this.#setSeen = new Int32Array(sets.members.length);
    this.#segmentSeen = new Int32Array(segments.length);
    this.#found = new Int32Array(segments.length);
  }

  qualified(profile: Profile, now: number): Qualified {
    const today = utcDay(now);
    const generation = this.#take(profile, today);
    this.#foundCount = 0;
    this.#changeDay = FOREVER;
    for (const segment of this.#always) this.#ask(segment, today);
    for (let at = 0; at < this.#live.count; at++) {
      this.#askSegmentsOf(this.#live.numbers[at] ?? 0, today, generation);
    }
    return {
      segments: this.#foundSegments(),
      changesAt: this.#changeDay === FOREVER ? Number.POSITIVE_INFINITY : this.#changeDay * DAY_MS,
    };
  }

  explain(sid: SegmentId, profile: Profile, now: number): SegmentProof | null {
    const segment = this.#sids.indexOf(sid);
    if (segment < 0) return null;
    const today = utcDay(now);
    this.#take(profile, today);
    const sidOf = (number: number): TraitId => {
      const trait = this.#traitSids[number];
      invariant(trait !== undefined, "sets hold the numbers of traits");
      return trait;
    };
    const explainer = {
      ...{ code: this.#code, live: this.#live, runner: this.#runner, today, sidOf },
      membersOf: (set: number) => Array.from(this.#live.membersOf(set), sidOf),
    };
    return explainProgram(explainer, this.#programs[segment] ?? 0);
  }

  #take(profile: Profile, today: number): number {
    const generation = this.#live.take(profile, today);
    if (generation === 1) {
      this.#setSeen.fill(0);
      this.#segmentSeen.fill(0);
    }
    return generation;
  }

  #askSegmentsOf(trait: number, today: number, generation: number): void {
    const lastSet = this.#setsOfTrait.starts[trait + 1] ?? 0;
    for (let at = this.#setsOfTrait.starts[trait] ?? 0; at < lastSet; at++) {
      const set = this.#setsOfTrait.items[at] ?? 0;
      if (this.#setSeen[set] === generation) continue;
      this.#setSeen[set] = generation;
      const last = this.#segmentsOfSet.starts[set + 1] ?? 0;
      for (let filed = this.#segmentsOfSet.starts[set] ?? 0; filed < last; filed++) {
        const segment = this.#segmentsOfSet.items[filed] ?? 0;
        if (this.#segmentSeen[segment] === generation) continue;
        this.#segmentSeen[segment] = generation;
        this.#ask(segment, today);
      }
    }
  }

  #ask(segment: number, today: number): void {
    const holds = this.#runner.run(this.#programs[segment] ?? 0, today, this.#changeDay);
    if (holds) this.#found[this.#foundCount++] = segment;
    if (this.#runner.until < this.#changeDay) this.#changeDay = this.#runner.until;
  }

  #foundSegments(): SegmentId[] {
    sortNumbers(this.#found, this.#foundCount);
    const segments: SegmentId[] = [];
    for (let at = 0; at < this.#foundCount; at++) {
      const sid = this.#sids[this.#found[at] ?? 0];
      if (sid !== undefined) segments.push(sid);
    }
    return segments;
  }
}

/** Under which sets each rule is filed; null: under none, always asked. */
function anchorSets(
  rules: readonly PlainRule[],
  sets: TraitSets,
): readonly (readonly number[] | null)[] {
  const usesOfSet = new Float64Array(sets.members.length);
  for (const rule of rules) countUses(rule, usesOfSet);
  const usesOfTrait = new Float64Array(sets.sids.length);
  sets.members.forEach((members, set) => {
    for (const trait of members) {
      usesOfTrait[trait] = (usesOfTrait[trait] ?? 0) + (usesOfSet[set] ?? 0);
    }
  });
  const weights = sets.members.map((members) =>
    members.reduce((sum, trait) => sum + (usesOfTrait[trait] ?? 0), 0),
  );
  return rules.map((rule) => anchorsOf(rule, (set) => weights[set] ?? 0)?.sets ?? null);
}

function countUses(rule: PlainRule, usesOfSet: Float64Array): void {
  switch (rule.kind) {
    case "and":
    case "or":
      for (const operand of rule.operands) countUses(operand, usesOfSet);
      return;
    case "holds":
    case "lacks":
    case "count":
      usesOfSet[rule.set] = (usesOfSet[rule.set] ?? 0) + 1;
  }
}

function isEmptyList({ starts }: FlatLists, list: number): boolean {
  return starts[list] === starts[list + 1];
}
