// Segment rules and profiles by chance, for tests and benchmarks: the same seed gives the same ones.

import { asSegmentId, asTraitId, type TraitId } from "../../src/model/ids.ts";
import type { Profile, TraitRecord } from "../../src/model/profile.ts";
import { DAY_MS } from "../../src/model/time.ts";
import type { IndexedSegment } from "../../src/rules/segment-index/segment-index.ts";
import {
  parseSegmentRule,
  type TraitForSegments,
  type TraitLookup,
} from "../../src/rules/segment-rule/segment-rule.ts";
import type { Random } from "./random.ts";

/** The traits 1 to `traitCount`; every tenth of them stands for a folder of some of the others. */
export interface RandomTraits {
  readonly traitCount: number;
  readonly lookup: TraitLookup;
  /** Those that profiles may hold. */
  readonly baseTraits: readonly TraitId[];
}

const TTL_DAYS = [0, 1, 2, 5, 10, 30, 120] as const;
const FOLDER_EVERY = 10;
const MAX_FOLDER_MEMBERS = 20;

export function randomTraits(random: Random, traitCount: number): RandomTraits {
  const known = new Map<TraitId, TraitForSegments>();
  const baseTraits: TraitId[] = [];
  for (let sid = 1; sid <= traitCount; sid++) {
    if (sid % FOLDER_EVERY === 0) continue;
    known.set(asTraitId(sid), {
      kind: "base",
      allowsFrequency: random.chance(0.8),
      thirdParty: false,
      ttlDays: random.pick(TTL_DAYS),
      members: [],
    });
    baseTraits.push(asTraitId(sid));
  }
  for (let sid = FOLDER_EVERY; sid <= traitCount; sid += FOLDER_EVERY) {
    const size = random.below(Math.min(MAX_FOLDER_MEMBERS, baseTraits.length) + 1);
    const members = Array.from({ length: size }, () => random.pick(baseTraits));
    known.set(asTraitId(sid), {
      kind: "folder",
      allowsFrequency: true,
      thirdParty: false,
      ttlDays: 0,
      members: [...new Set(members)],
    });
  }
  return { traitCount, baseTraits, lookup: (sid) => known.get(sid) ?? null };
}

/** The text of a rule over the traits 1 to `traitCount`. It parses, but may hold on an empty profile. */
export function randomRuleText(random: Random, traitCount: number, depth = 3): string {
  const inner = (): string => randomRuleText(random, traitCount, depth - 1);
  if (depth === 0 || random.chance(0.3)) return randomTerm(random, traitCount);
  switch (random.below(4)) {
    case 0:
      return `(${inner()} OR ${inner()})`;
    case 1:
      return `(${inner()} AND ${inner()} AND ${inner()})`;
    case 2:
      return `NOT (${inner()})`;
    default:
      return `${inner()} AND NOT ${inner()}`;
  }
}

function randomTerm(random: Random, traitCount: number): string {
  const trait = (): string => `${1 + random.below(traitCount)}T`;
  if (random.chance(0.5)) return trait();
  const list = Array.from({ length: 1 + random.below(3) }, trait).join(", ");
  const window = random.chance(0.7) ? ` ${random.pick(["<=", ">="])} ${1 + random.below(12)}D` : "";
  const comparison = random.pick([">=", "<=", "=="]);
  const count = random.below(6) + (comparison === ">=" ? 1 : 0);
  return `frequency([${list}]${window}) ${comparison} ${count}`;
}

/** Segments 1 to `count`, every rule of which parses. Unchecked: some may hold on an empty profile. */
export function randomSegments(
  random: Random,
  count: number,
  traitCount: number,
): IndexedSegment[] {
  return Array.from({ length: count }, (_, at) => {
    const text = randomRuleText(random, traitCount);
    const parsed = parseSegmentRule(text);
    if (!parsed.ok) throw new Error(`${parsed.error.message} in ${text}`);
    return { sid: asSegmentId(at + 1), rule: parsed.value };
  });
}

export interface RandomProfileOptions {
  readonly traits: readonly TraitId[];
  readonly size: number;
  readonly now: number;
  /** The oldest realization, in days before now. */
  readonly oldestDays: number;
}

/** A profile of some of the traits. One realization in twenty lies ahead: a clock was set back. */
export function randomProfile(random: Random, options: RandomProfileOptions): Profile {
  const { traits, size, now, oldestDays } = options;
  const sids = new Set<TraitId>();
  for (let tries = 0; sids.size < size && tries < 3 * size; tries++) sids.add(random.pick(traits));
  const records = [...sids]
    .sort((one, other) => one - other)
    .map((sid) => randomRecord(random, sid, { now, oldestDays }));
  return { lastSeen: now, traits: records, membership: [] };
}

function randomRecord(
  random: Random,
  sid: TraitId,
  { now, oldestDays }: { readonly now: number; readonly oldestDays: number },
): TraitRecord {
  const today = Math.floor(now / DAY_MS);
  const countByDay = new Map<number, number>();
  for (let days = 1 + random.below(5); days > 0; days--) {
    const age = random.chance(0.05) ? -random.below(4) : random.below(oldestDays + 1);
    countByDay.set(today - age, 1 + random.below(3));
  }
  const ascending = [...countByDay].sort(([one], [other]) => one - other);
  const first = ascending[0]?.[0] ?? today;
  const last = ascending.at(-1)?.[0] ?? today;
  return {
    sid,
    first: first * DAY_MS + random.below(DAY_MS),
    last: last * DAY_MS + random.below(DAY_MS),
    days: ascending.flat(),
  };
}
