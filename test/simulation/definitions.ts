// What the simulated partners define, kept twice: as the workspace document that the server compiles, and
// as plain data that the model reads. It changes while calls are under way.

import type { CatalogSnapshot } from "../../src/catalog/snapshot.ts";
import { snapshotOf } from "../support/event-world.ts";
import type { Random } from "../support/random.ts";

export interface SimulatedTrait {
  readonly sid: number;
  readonly pid: number;
  readonly ttlDays: number;
  readonly isActive: boolean;
}

/** How often some traits were realized, and which counts will do. */
export interface Term {
  readonly sids: readonly number[];
  readonly recency: { readonly comparison: "<=" | ">="; readonly days: number } | null;
  readonly comparison: "<=" | ">=" | "==";
  readonly count: number;
  readonly isNegated: boolean;
}

export interface SimulatedSegment {
  readonly sid: number;
  readonly pid: number;
  /** All of them must hold. */
  readonly terms: readonly Term[];
  readonly mergeRuleId: number;
  readonly isActive: boolean;
}

export interface SimulatedMergeRule {
  readonly mergeRuleId: number;
  readonly pid: number;
  readonly crossDevice: "NONE" | "CURRENT" | "LAST";
  readonly device: "NO_DEVICE" | "DEVICE" | "PROFILE_LINK" | "EXTERNAL";
  readonly dataSourceIds: readonly number[];
  readonly deviceGraphDataSourceId: number | null;
}

export interface SimulatedSource {
  readonly dataSourceId: number;
  readonly pid: number;
  readonly idType: "CROSS_DEVICE" | "COOKIE";
  readonly lifeDays: number;
  readonly deviceGraph: boolean;
}

/** One revision. */
export interface Definitions {
  readonly revision: number;
  readonly traits: ReadonlyMap<number, SimulatedTrait>;
  readonly segments: ReadonlyMap<number, SimulatedSegment>;
  readonly mergeRules: ReadonlyMap<number, SimulatedMergeRule>;
  readonly snapshot: CatalogSnapshot;
}

export const PARTNERS = [
  { pid: 1, alias: "alpha", site: 10 },
  { pid: 2, alias: "beta", site: 20 },
] as const;

const MONTH_DAYS = 30;

function sourceOf(
  dataSourceId: number,
  pid: number,
  parts: Partial<SimulatedSource> = {},
): SimulatedSource {
  const plain = { idType: "CROSS_DEVICE", lifeDays: 24 * MONTH_DAYS, deviceGraph: false } as const;
  return { dataSourceId, pid, ...plain, ...parts };
}

/** The one whose profiles end within weeks is there to end. */
export const SOURCES: ReadonlyMap<number, SimulatedSource> = new Map(
  [
    sourceOf(10, 1, { idType: "COOKIE" }),
    sourceOf(11, 1),
    sourceOf(12, 1, { lifeDays: MONTH_DAYS }),
    sourceOf(13, 1, { idType: "COOKIE" }),
    sourceOf(20, 2, { idType: "COOKIE" }),
    sourceOf(21, 2),
    sourceOf(29, 2, { deviceGraph: true }),
  ].map((source) => [source.dataSourceId, source]),
);

export const GRAPH = 29;

const NONE = { crossDevice: "NONE", dataSourceIds: [], deviceGraphDataSourceId: null } as const;
const PLAIN = { deviceGraphDataSourceId: null } as const;
const EXTERNAL = { device: "EXTERNAL", deviceGraphDataSourceId: GRAPH } as const;

const MERGE_RULES: readonly SimulatedMergeRule[] = [
  { mergeRuleId: 1, pid: 1, device: "DEVICE", ...NONE },
  {
    ...{ mergeRuleId: 2, pid: 1, crossDevice: "CURRENT", device: "NO_DEVICE" },
    ...{ dataSourceIds: [11, 12], ...PLAIN },
  },
  {
    ...{ mergeRuleId: 3, pid: 1, crossDevice: "LAST", device: "DEVICE" },
    ...{ dataSourceIds: [11, 12], ...PLAIN },
  },
  {
    ...{ mergeRuleId: 4, pid: 1, crossDevice: "LAST", device: "PROFILE_LINK" },
    ...{ dataSourceIds: [11], ...PLAIN },
  },
  { mergeRuleId: 5, pid: 2, device: "DEVICE", ...NONE },
  {
    ...{ mergeRuleId: 6, pid: 2, crossDevice: "CURRENT", device: "DEVICE" },
    ...{ dataSourceIds: [21], ...PLAIN },
  },
  { ...NONE, mergeRuleId: 7, pid: 2, ...EXTERNAL },
  { mergeRuleId: 8, pid: 2, crossDevice: "LAST", dataSourceIds: [21], ...EXTERNAL },
];

const LIVES = [0, 1, 2, 5, 14, 30, 120] as const;
const TRAITS_AT_FIRST = 8;
const SEGMENTS_AT_FIRST = 12;
const MOST_OF_A_KIND = 20;

/** The definitions as they stand, and how they go on. */
export class DefinitionsByChance {
  readonly #random: Random;
  readonly #traits = new Map<number, SimulatedTrait>();
  readonly #segments = new Map<number, SimulatedSegment>();
  readonly #mergeRules = new Map(MERGE_RULES.map((rule) => [rule.mergeRuleId, rule]));
  /** No sid is given twice: what was known of a trait that is gone must not come back. */
  #nextSid = 1_000;
  #revision = 0;

  constructor(random: Random) {
    this.#random = random;
    for (const { pid } of PARTNERS) {
      for (let count = 0; count < TRAITS_AT_FIRST; count++) this.#addTrait(pid);
      for (let count = 0; count < SEGMENTS_AT_FIRST; count++) this.#addSegment(pid);
    }
  }

  /** The next revision, compiled. */
  publish(): Definitions {
    this.#revision += 1;
    return {
      revision: this.#revision,
      traits: new Map(this.#traits),
      segments: new Map(this.#segments),
      mergeRules: new Map(this.#mergeRules),
      snapshot: snapshotOf(this.#document(), this.#revision),
    };
  }

  /** Changes something, and says what. */
  change(): string {
    const random = this.#random;
    const trait = random.pick([...this.#traits.values()]);
    const segment = random.pick([...this.#segments.values()]);
    switch (random.below(9)) {
      case 0: {
        const ttlDays = random.pick(LIVES);
        this.#traits.set(trait.sid, { ...trait, ttlDays });
        return `trait ${trait.sid} lives ${ttlDays} days`;
      }
      case 1:
        this.#traits.set(trait.sid, { ...trait, isActive: !trait.isActive });
        return `trait ${trait.sid} is ${trait.isActive ? "inactive" : "active"}`;
      case 2:
        return `trait ${this.#addTrait(trait.pid)} is new`;
      case 3:
        return this.#removeTrait();
      case 4:
        this.#segments.set(segment.sid, { ...segment, terms: this.#terms(segment.pid) });
        return `segment ${segment.sid} has another rule`;
      case 5: {
        const mergeRuleId = this.#mergeRuleOf(segment.pid);
        this.#segments.set(segment.sid, { ...segment, mergeRuleId });
        return `segment ${segment.sid} has merge rule ${mergeRuleId}`;
      }
      case 6:
        this.#segments.set(segment.sid, { ...segment, isActive: !segment.isActive });
        return `segment ${segment.sid} is ${segment.isActive ? "paused" : "active"}`;
      case 7:
        if (this.#segments.size > SEGMENTS_AT_FIRST) this.#segments.delete(segment.sid);
        return `segment ${segment.sid} is gone, ${this.#addSegment(segment.pid)} is new`;
      default:
        return this.#changeMergeRule();
    }
  }

  #addTrait(pid: number): number {
    const sid = this.#nextSid++;
    const count = [...this.#traits.values()].filter((trait) => trait.pid === pid).length;
    if (count >= MOST_OF_A_KIND) return sid;
    this.#traits.set(sid, { sid, pid, ttlDays: this.#random.pick(LIVES), isActive: true });
    return sid;
  }

  /** One that no segment names. */
  #removeTrait(): string {
    const used = new Set(
      [...this.#segments.values()].flatMap(({ terms }) => terms.flatMap(({ sids }) => sids)),
    );
    const free = [...this.#traits.keys()].filter((sid) => !used.has(sid));
    if (free.length < 2) return "nothing";
    const sid = this.#random.pick(free);
    this.#traits.delete(sid);
    return `trait ${sid} is gone`;
  }

  #addSegment(pid: number): number {
    const sid = this.#nextSid++;
    const count = [...this.#segments.values()].filter((segment) => segment.pid === pid).length;
    if (count >= MOST_OF_A_KIND) return sid;
    const mergeRuleId = this.#mergeRuleOf(pid);
    this.#segments.set(sid, { sid, pid, terms: this.#terms(pid), mergeRuleId, isActive: true });
    return sid;
  }

  #mergeRuleOf(pid: number): number {
    const ours = MERGE_RULES.filter((rule) => rule.pid === pid);
    return this.#random.pick(ours).mergeRuleId;
  }

  #changeMergeRule(): string {
    const rule = this.#mergeRules.get(2);
    const isLink = rule?.device === "PROFILE_LINK";
    this.#mergeRules.set(2, {
      ...{ mergeRuleId: 2, pid: 1, crossDevice: "CURRENT", ...PLAIN },
      device: isLink ? "NO_DEVICE" : "PROFILE_LINK",
      dataSourceIds: isLink ? [11, 12] : [11],
    });
    return `merge rule 2 is ${isLink ? "Current and no device" : "Current and Profile Link"}`;
  }

  /** The first one does not hold for a visitor of whom nothing is known. */
  #terms(pid: number): readonly Term[] {
    const random = this.#random;
    const first = this.#term(pid, ">=", 1 + random.below(4));
    if (random.chance(0.4)) return [first];
    const kind = random.below(3);
    if (kind === 0) return [first, { ...this.#term(pid, ">=", 1), isNegated: true }];
    const limit = random.below(5);
    return [first, this.#term(pid, kind === 1 ? "<=" : "==", limit)];
  }

  #term(pid: number, comparison: Term["comparison"], count: number): Term {
    const random = this.#random;
    const ours = [...this.#traits.values()].filter((trait) => trait.pid === pid);
    const sids = new Set<number>();
    for (let left = 1 + random.below(2); left > 0; left--) sids.add(random.pick(ours).sid);
    const days = 1 + random.below(10);
    const recency = random.chance(0.5)
      ? { comparison: random.pick(["<=", "<=", ">="] as const), days }
      : null;
    return { sids: [...sids], recency, comparison, count, isNegated: false };
  }

  #document(): Record<string, unknown> {
    return {
      partners: PARTNERS.map(({ pid, alias }) => ({
        ...{ pid, alias, name: alias, traitsInResponse: true },
        orgId: `A1B2C3D4E5F60718293A4B0${pid}@AdobeOrg`,
      })),
      dataSources: [...SOURCES.values()].map(({ lifeDays, ...source }) => ({
        ...{ ...source, name: `Source ${source.dataSourceId}` },
        ...(source.idType === "CROSS_DEVICE" ? { retentionMonths: lifeDays / MONTH_DAYS } : {}),
      })),
      traits: [...this.#traits.values()].map(({ sid, pid, ttlDays, isActive }) => ({
        ...{ sid, pid, dataSourceId: 10 * pid, name: `Trait ${sid}`, ttl: ttlDays },
        ...{ traitRule: `c_t == "${sid}"`, status: isActive ? "ACTIVE" : "INACTIVE" },
      })),
      mergeRules: [...this.#mergeRules.values()].map((rule) => ({
        ...rule,
        name: `Rule ${rule.mergeRuleId}`,
      })),
      segments: [...this.#segments.values()].map(({ sid, pid, terms, mergeRuleId, isActive }) => ({
        ...{ sid, pid, dataSourceId: 10 * pid, name: `Segment ${sid}`, mergeRuleId },
        ...{ segmentRule: ruleText(terms), status: isActive ? "ACTIVE" : "INACTIVE" },
      })),
    };
  }
}

export function ruleText(terms: readonly Term[]): string {
  return terms
    .map((term) => (term.isNegated ? `NOT ${termText(term)}` : termText(term)))
    .join(" AND ");
}

function termText({ sids, recency, comparison, count }: Term): string {
  const [only] = sids;
  if (sids.length === 1 && recency === null && comparison === ">=" && count === 1) {
    return `${only}T`;
  }
  const window = recency === null ? "" : ` ${recency.comparison} ${recency.days}D`;
  const list = sids.map((sid) => `${sid}T`).join(", ");
  return `(frequency([${list}]${window}) ${comparison} ${count})`;
}
