// The slow twin of the segment index: it walks the tree of every rule, in the words of the manual
// ("Audience model", Segment rule language, Semantics). The oracle for the fast one, and what rule testers
// explain with.

import type { TraitId } from "../../model/ids.ts";
import type { Profile, TraitRecord } from "../../model/profile.ts";
import { invariant } from "../../model/result.ts";
import { DAY_MS, expiresAt, utcDay } from "../../model/time.ts";
import type {
  FrequencyTerm,
  Recency,
  SegmentRule,
  TraitForSegments,
  TraitLookup,
} from "../segment-rule/segment-rule.ts";
import type { IndexedSegment, SegmentIndex } from "./segment-index.ts";

export function buildSlowSegmentIndex(
  segments: readonly IndexedSegment[],
  traits: TraitLookup,
): Pick<SegmentIndex, "qualified"> {
  const ascending = [...segments].sort((one, other) => one.sid - other.sid);
  const windows = new Set(segments.flatMap(({ rule }) => windowsOf(rule)));
  return {
    qualified: (profile, now) => {
      const visitor: VisitorNow = { live: liveRecords(profile, traits, now), today: utcDay(now) };
      return {
        segments: ascending
          .filter(({ rule }) => holds(rule, visitor, traits))
          .map(({ sid }) => sid),
        changesAt: nextEvent(windows, visitor, traits),
      };
    },
  };
}

interface VisitorNow {
  readonly live: ReadonlyMap<TraitId, TraitRecord>;
  readonly today: number;
}

function liveRecords(profile: Profile, traits: TraitLookup, now: number) {
  const live = profile.traits.filter(({ sid, last }) => {
    const trait = traits(sid);
    return trait !== null && now < expiresAt(last, trait.ttlDays);
  });
  return new Map(live.map((record) => [record.sid, record]));
}

function holds(rule: SegmentRule, visitor: VisitorNow, traits: TraitLookup): boolean {
  switch (rule.kind) {
    case "and":
      return rule.operands.every((operand) => holds(operand, visitor, traits));
    case "or":
      return rule.operands.some((operand) => holds(operand, visitor, traits));
    case "not":
      return !holds(rule.operand, visitor, traits);
    case "trait":
      return baseTraits([rule.trait.sid], traits).some((sid) => visitor.live.has(sid));
    case "frequency":
      return frequencyHolds(rule, visitor, traits);
  }
}

function frequencyHolds(term: FrequencyTerm, visitor: VisitorNow, traits: TraitLookup): boolean {
  const listed = term.traits.map(({ sid }) => sid);
  const total = baseTraits(listed, traits)
    .map((sid) => {
      const count = countedRealizations(visitor.live.get(sid), term.recency, visitor.today);
      return known(sid, traits).allowsFrequency ? count : Math.min(count, 1);
    })
    .reduce((sum, count) => sum + count, 0);
  switch (term.comparison) {
    case ">=":
      return total >= term.count;
    case "<=":
      return total <= term.count;
    case "==":
      return total === term.count;
  }
}

function countedRealizations(
  record: TraitRecord | undefined,
  recency: Recency | null,
  today: number,
): number {
  return daysOf(record)
    .filter(({ day }) => {
      if (recency === null) return true;
      const age = today - day;
      return recency.comparison === "<=" ? age <= recency.days : age >= recency.days;
    })
    .reduce((sum, { count }) => sum + count, 0);
}

/** Folder traits replaced by what is in them, nothing twice. */
function baseTraits(sids: readonly TraitId[], traits: TraitLookup): TraitId[] {
  const expanded = sids.flatMap((sid) => {
    const trait = known(sid, traits);
    return trait.kind === "folder" ? trait.members : [sid];
  });
  return [...new Set(expanded)];
}

/**
 * The next midnight at which a trait of the visitor runs out or one of its days enters or leaves some
 * window of some rule: no answer changes before it, whatever the rules are.
 */
function nextEvent(
  windows: ReadonlySet<number>,
  { live, today }: VisitorNow,
  traits: TraitLookup,
): number {
  const events: number[] = [];
  for (const [sid, record] of live) {
    events.push(expiresAt(record.last, known(sid, traits).ttlDays));
    for (const { day } of daysOf(record)) {
      for (const window of windows) events.push((day + window) * DAY_MS);
      for (const window of windows) events.push((day + window + 1) * DAY_MS);
    }
  }
  return events
    .filter((at) => utcDay(at) > today)
    .reduce((earliest, at) => Math.min(earliest, at), Number.POSITIVE_INFINITY);
}

function windowsOf(rule: SegmentRule): number[] {
  switch (rule.kind) {
    case "and":
    case "or":
      return rule.operands.flatMap(windowsOf);
    case "not":
      return windowsOf(rule.operand);
    case "frequency":
      return rule.recency === null ? [] : [rule.recency.days];
    case "trait":
      return [];
  }
}

function daysOf(record: TraitRecord | undefined): { day: number; count: number }[] {
  const days = record?.days ?? [];
  return days.flatMap((day, at) => (at % 2 === 0 ? [{ day, count: days[at + 1] ?? 0 }] : []));
}

function known(sid: TraitId, traits: TraitLookup): TraitForSegments {
  const trait = traits(sid);
  invariant(trait !== null, `a checked segment rule names the unknown trait ${sid}`);
  return trait;
}
