// Traits and segments that are there twice, and segments whose visitors are all in another one.
//
// Of 20,000 segments each pair cannot be compared. Whoever meets one way of a narrower rule meets some way of
// the wider one, so must hold a trait of each list that this way needs: the ways of all segments are filed
// by the traits of their rarest list, and a segment is compared with those that the traits of one of its
// own ways lead to.

import type { TraitId } from "../model/ids.ts";
import type { Finding } from "./finding.ts";
import type { PartnerRules, PlacedSegment } from "./partner-rules.ts";
import {
  canonicalSegmentRule,
  isNarrower,
  nobodyMeets,
  type Way,
  waysOf,
} from "./segment-logic/segment-logic.ts";
import { canonicalTraitRule } from "./signal-logic/signal-logic.ts";

/** Pairs of segments of one partner that are compared; about 20 µs each. */
export const MAX_COMPARED_PAIRS = 200_000;
/** Wider segments that one finding names. */
const MAX_RELATED = 5;

export function sameRules(rules: PartnerRules): Finding[] {
  return [...duplicateTraits(rules), ...relatedSegments(rules)];
}

function duplicateTraits({ traits, folding }: PartnerRules): Finding[] {
  const first = new Map<string, { at: string; name: string; sid: number }>();
  return traits.flatMap(({ at, trait, placed }): Finding[] => {
    if (placed === null) return [];
    const { dataSourceId, traitType, ttl, status, name, sid } = trait;
    const rule = canonicalTraitRule(placed.rule, folding);
    const key = JSON.stringify([dataSourceId, traitType, ttl, status, rule]);
    const known = first.get(key);
    if (known === undefined) {
      first.set(key, { at, name, sid });
      return [];
    }
    const message = `Trait ${known.sid} ("${known.name}") has the same rule, data source, type and life.`;
    return [
      {
        at: `${at}/traitRule`,
        code: "L_DUPLICATE_TRAIT",
        severity: "warning",
        message,
        related: [known.at],
      },
    ];
  });
}

/** Of segments with the same rule the first stands for all in what follows. */
interface Compared extends PlacedSegment {
  readonly ways: readonly Way[];
}

function relatedSegments(rules: PartnerRules): Finding[] {
  const { segments, lookup } = rules;
  const active = segments.filter(({ segment }) => segment.status === "ACTIVE");
  const groups = Map.groupBy(active, ({ mergeRuleId }) => mergeRuleId).values();
  const findings: Finding[] = [];
  let pairsLeft = MAX_COMPARED_PAIRS;
  for (const group of groups) {
    const byText = Map.groupBy(group, ({ rule }) => canonicalSegmentRule(rule, lookup));
    const compared: Compared[] = [];
    for (const [one, ...others] of byText.values()) {
      if (one === undefined) continue;
      for (const other of others) findings.push(duplicate(other, one));
      const ways = nobodyMeets(one.rule, lookup) ? null : waysOf(one.rule, lookup);
      if (ways !== null) compared.push({ ...one, ways });
    }
    pairsLeft = compareAll(compared, rules, { pairsLeft, findings });
  }
  if (pairsLeft === 0) {
    const message = `Not every segment of partner ${rules.partner.pid} was compared with every other: ${MAX_COMPARED_PAIRS} pairs are the most.`;
    findings.push({
      at: "/segments",
      code: "L_COMPARISONS_ENDED",
      severity: "note",
      message,
      related: [],
    });
  }
  return findings;
}

/** Gives the pairs that are left. */
function compareAll(
  compared: readonly Compared[],
  { lookup }: PartnerRules,
  { pairsLeft, findings }: { readonly pairsLeft: number; readonly findings: Finding[] },
): number {
  const filed = fileWays(compared);
  const twins = new Set<Compared>();
  const widerOf = new Map<Compared, Compared[]>();
  let left = pairsLeft;
  for (const one of compared) {
    if (left === 0) break;
    if (twins.has(one)) continue;
    const wider: Compared[] = [];
    widerOf.set(one, wider);
    for (const other of candidatesOf(one, filed)) {
      if (other === one || twins.has(other)) continue;
      if (left === 0) break;
      left -= 1;
      if (!isNarrower(one.rule, other.rule, lookup)) continue;
      if (!isNarrower(other.rule, one.rule, lookup)) wider.push(other);
      else {
        twins.add(other);
        findings.push(duplicate(other, one));
      }
    }
  }
  // What turned out to be there twice is named once.
  for (const [one, wider] of widerOf) {
    const named = wider.filter((other) => !twins.has(other));
    if (named.length > 0) findings.push(narrower(one, named));
  }
  return left;
}

type FiledWays = ReadonlyMap<TraitId, ReadonlySet<Compared>>;

/** Each way under every trait of its rarest list. A way without a list is filed nowhere: no rule holds for everybody. */
function fileWays(compared: readonly Compared[]): FiledWays {
  const uses = new Map<TraitId, number>();
  for (const { ways } of compared) {
    for (const way of ways) {
      for (const list of way) for (const sid of list) uses.set(sid, (uses.get(sid) ?? 0) + 1);
    }
  }
  const rarity = (list: ReadonlySet<TraitId>): number => {
    let sum = 0;
    for (const sid of list) sum += uses.get(sid) ?? 0;
    return sum;
  };
  const filed = new Map<TraitId, Set<Compared>>();
  for (const one of compared) {
    for (const way of one.ways) {
      const rarest = way.toSorted((a, b) => rarity(a) - rarity(b))[0];
      for (const sid of rarest ?? []) {
        const under = filed.get(sid) ?? new Set();
        filed.set(sid, under);
        under.add(one);
      }
    }
  }
  return filed;
}

/** What may be wider: a visitor who meets the one in this way may hold no other traits. */
function candidatesOf({ ways }: Compared, filed: FiledWays): ReadonlySet<Compared> {
  const leadingTo = (way: Way): number =>
    way.reduce((sum, list) => {
      let count = sum;
      for (const sid of list) count += filed.get(sid)?.size ?? 0;
      return count;
    }, 0);
  const sizes = ways.map((way) => ({ way, size: leadingTo(way) }));
  const fewest = sizes.sort((one, other) => one.size - other.size)[0]?.way ?? [];
  const found = new Set<Compared>();
  for (const list of fewest) {
    for (const sid of list) for (const other of filed.get(sid) ?? []) found.add(other);
  }
  return found;
}

function duplicate({ at }: PlacedSegment, { at: otherAt, segment }: PlacedSegment): Finding {
  const message = `The same visitors are in segment ${segment.sid} ("${segment.name}"), under the same merge rule.`;
  return {
    at: `${at}/segmentRule`,
    code: "L_DUPLICATE_SEGMENT",
    severity: "warning",
    message,
    related: [otherAt],
  };
}

function narrower({ at }: PlacedSegment, wider: readonly PlacedSegment[]): Finding {
  const named = wider.slice(0, MAX_RELATED);
  const names = named.map(({ segment }) => `${segment.sid} ("${segment.name}")`).join(", ");
  const more = wider.length > named.length ? `, and ${wider.length - named.length} more` : "";
  return {
    at: `${at}/segmentRule`,
    code: "L_NARROWER_SEGMENT",
    severity: "note",
    message: `Whoever is in this segment is also in ${names}${more}.`,
    related: named.map((one) => one.at),
  };
}
