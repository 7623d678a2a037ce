// Which counts of realizations cannot stand together. Counts grow with the list of traits and with the
// window of days; a trait that is held was realized within its life; what has no frequency counts once.

import type { TraitId } from "../../model/ids.ts";
import type { TraitLookup } from "../../rules/segment-rule/segment-rule.ts";
import type { Clause } from "../clauses.ts";
import { type CountAtom, traitOf, type Window } from "./count-atoms.ts";

/** Whether it is certain that no visitor's counts are all of these. */
export function countsContradict(clause: Clause<CountAtom>, lookup: TraitLookup): boolean {
  const most = clause.filter(({ bound }) => bound === "most");
  if (most.some(({ count }) => count < 0)) return true;
  const least = clause
    .filter(({ bound, count }) => bound === "least" && count > 0)
    .map((atom) => ({ ...atom, traits: withoutDenied(atom, most, lookup) }));
  return (
    least.some((atom) => atom.count > mostPossible(atom, lookup)) ||
    least.some((atom) => most.some((other) => forced(atom, other, lookup) > other.count)) ||
    least.some((atom) => isSplitTooSmall(atom, most)) ||
    most.some((atom) => isSumTooLarge(least, atom, lookup))
  );
}

/** The traits of the list that may have been realized in the window at all. */
function withoutDenied(
  { traits, window }: CountAtom,
  most: readonly CountAtom[],
  lookup: TraitLookup,
): ReadonlySet<TraitId> {
  const denials = most.filter(({ count }) => count === 0);
  if (denials.length === 0) return traits;
  return new Set(
    [...traits].filter((sid) => {
      const windows = denials.filter((one) => one.traits.has(sid)).map((one) => one.window);
      return !isCovered(window, windows) && !windows.some((one) => isWholeLife(sid, one, lookup));
    }),
  );
}

function mostPossible({ traits }: CountAtom, lookup: TraitLookup): number {
  for (const sid of traits) {
    if (traitOf(sid, lookup).allowsFrequency) return Number.POSITIVE_INFINITY;
  }
  return traits.size;
}

/** How often what is asked for at least must count in another list and window; 0 where nothing is certain. */
function forced(least: CountAtom, other: CountAtom, lookup: TraitLookup): number {
  for (const sid of least.traits) if (!other.traits.has(sid)) return 0;
  if (isWithin(least.window, other.window)) return least.count;
  // Whatever was realized is held, and so was realized within its life.
  const isHeldWithin = [...least.traits].every((sid) => isWholeLife(sid, other.window, lookup));
  return isHeldWithin ? 1 : 0;
}

/** Whether two windows that leave no day out have room for less than is asked for. */
function isSplitTooSmall(least: CountAtom, most: readonly CountAtom[]): boolean {
  const around = most.filter(({ traits }) => least.traits.isSubsetOf(traits));
  return around.some((one) =>
    around.some(
      (other) =>
        one.window.kind === "recent" &&
        other.window.kind === "old" &&
        isCovered(least.window, [one.window, other.window]) &&
        least.count > one.count + other.count,
    ),
  );
}

/** Whether lists without a common trait ask for more than a list around them has room for. */
function isSumTooLarge(least: readonly CountAtom[], most: CountAtom, lookup: TraitLookup): boolean {
  const counted = least
    .map((atom) => ({ traits: atom.traits, count: forced(atom, most, lookup) }))
    .filter(({ count }) => count > 0)
    .sort((one, other) => other.count - one.count || one.traits.size - other.traits.size);
  const seen = new Set<TraitId>();
  let sum = 0;
  for (const { traits, count } of counted) {
    if (!traits.isDisjointFrom(seen)) continue;
    for (const sid of traits) seen.add(sid);
    sum += count;
  }
  return sum > most.count;
}

function isWithin(inner: Window, outer: Window): boolean {
  if (outer.kind === "ever") return true;
  if (inner.kind !== outer.kind) return false;
  return outer.kind === "recent" ? inner.days <= outer.days : inner.days >= outer.days;
}

/** Whether each day of a window lies in one of the others. */
function isCovered(window: Window, others: readonly Window[]): boolean {
  if (others.some((other) => isWithin(window, other))) return true;
  return others.some((recent) =>
    others.some(
      (old) => recent.kind === "recent" && old.kind === "old" && old.days <= recent.days + 1,
    ),
  );
}

/** Whether a trait that is held was certainly realized in the window. */
function isWholeLife(sid: TraitId, window: Window, lookup: TraitLookup): boolean {
  if (window.kind === "ever") return true;
  const { ttlDays } = traitOf(sid, lookup);
  return window.kind === "recent" && ttlDays > 0 && ttlDays <= window.days;
}
