// How many visitors are in segments, now or under other definitions: the front door of this room.
//
// A visitor is, for a merge rule that reads a device, each device of which the partner has a profile: its answer is
// that of a call of this device that names no ID and realizes nothing. For a rule that reads none it is each declared
// ID of the rule's data sources, alone. Who has opted out is nobody, and so is whose life has ended. What serves calls evaluates here too: the same
// compiled rules, the same plan of which profiles to read, the same merging.

import { compilePartner } from "../catalog/compile-partner.ts";
import type { PartnerDefinitions } from "../catalog/partner-definitions.ts";
import type { PartnerCatalog, SegmentGroup } from "../catalog/snapshot.ts";
import { asDataSourceId, type DataSourceId, type SegmentId } from "../model/ids.ts";
import type { ScannedProfiles, ScannedStore } from "../profiles/profile-scan.ts";
import { WantedTraits } from "../profiles/skim-record.ts";
import { AloneEvaluator } from "./alone-evaluator.ts";
import { type Evaluator, isReadAlone, type Side } from "./evaluator.ts";
import { LinkedEvaluator } from "./linked-evaluator.ts";
import { type SegmentCount, Tally } from "./tally.ts";

export { definitionsOfSegments, lookupOf } from "./counted-definitions.ts";
export { basesOfSegments } from "./segment-basis.ts";
export type { SegmentCount } from "./tally.ts";

export interface CountWorld {
  readonly store: ScannedStore;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** After each page: lets others go first. */
  pause(): Promise<void>;
  /** From 0 to 1, and how many profiles were looked at so far. */
  onProgress(share: number, visited: number): void;
  readonly signal: AbortSignal;
}

/** A partner's definitions compiled for counting; null where there are none, such as before it is created. */
export interface Counted {
  readonly before: PartnerCatalog | null;
  readonly after: PartnerCatalog | null;
}

export interface PopulationCount {
  /** Profiles that were looked at. */
  readonly visited: number;
  /** Of those, damaged ones: their visitors are in nothing. */
  readonly unreadable: number;
  /** Every segment of either side. */
  readonly segments: ReadonlyMap<SegmentId, SegmentCount>;
}

/** Nobody's ID is made of it. */
const NO_SECRET = new Uint8Array(32);

/** `definitions` come from `definitionsOfSegments`. */
export function compileCounted(definitions: PartnerDefinitions): PartnerCatalog {
  return compilePartner(definitions, NO_SECRET);
}

/**
 * Counts every visitor, once, under both definitions; rejects with the signal's reason when that is aborted. Whoever
 * is changed meanwhile is counted as they were at one moment of it.
 */
export async function countPopulation(
  counted: Counted,
  world: CountWorld,
): Promise<PopulationCount> {
  const tally = new Tally();
  for (const side of [counted.before, counted.after]) {
    for (const sid of side?.segments.keys() ?? []) tally.add(sid);
  }
  const passes = passesOver(counted, world);
  let visited = 0;
  let unreadable = 0;
  for (const [place, { of, evaluator }] of passes.entries()) {
    let share = 0;
    let from = null;
    do {
      const page = await world.store.scan.next(of, from, evaluator.visit);
      await evaluator.flush((before, after) => tally.count(before, after));
      visited += page.visited;
      share = Math.min(1, share + page.share);
      from = page.next;
      world.onProgress((place + (from === null ? 1 : share)) / passes.length, visited);
      // Also after the last page: one short count after the other is much work too.
      await world.pause();
      world.signal.throwIfAborted();
    } while (from !== null);
    unreadable += evaluator.unreadable;
  }
  return { visited, unreadable, segments: tally.counts };
}

export interface Pass {
  readonly of: ScannedProfiles;
  readonly evaluator: Evaluator;
}

/** Devices where some rule reads them, and the declared IDs of each data source where some rule reads those alone. */
export function passesOver(
  counted: Counted,
  { store, now, pause }: Pick<CountWorld, "store" | "now" | "pause">,
): Pass[] {
  const world = { store, now, pause };
  const sides = [counted.before, counted.after];
  const pid = sides.find((side) => side !== null)?.pid;
  if (pid === undefined) return [];
  const wanted = wantedBy(sides);
  const passes: Pass[] = [];
  const readers = sides.map((side) => sideOf(side, (group) => readsDevice(group)));
  if (readers.some((side) => side !== null)) {
    const [before = null, after = null] = readers;
    const of = { kind: "devices", pid } as const;
    const isAlone = readers.every((side) => side === null || isReadAlone(side.partner));
    const options = { of, pid, before, after, wanted, ...world };
    const evaluator = isAlone ? new AloneEvaluator(options) : new LinkedEvaluator(options);
    passes.push({ of, evaluator });
  }
  for (const dataSourceId of sourcesOf(sides)) {
    const [before = null, after = null] = sides.map((side) =>
      sideOf(side, (group) => readsAlone(side, group, dataSourceId)),
    );
    const of = { kind: "declared", dataSourceId } as const;
    passes.push({
      of,
      evaluator: new AloneEvaluator({ of, pid, before, after, wanted, ...world }),
    });
  }
  return passes;
}

/**
 * The same for each profile by itself, whatever its merge rule reads: of devices, and of all data sources whose IDs
 * log in.
 */
export function passesOverAll(
  partner: PartnerCatalog,
  { store, now, pause }: Pick<CountWorld, "store" | "now" | "pause">,
): Pass[] {
  const { pid, dataSources } = partner;
  const kinds: ScannedProfiles[] = [{ kind: "devices", pid }];
  for (const [dataSourceId, source] of dataSources) {
    if (source.authenticatedProfile) kinds.push({ kind: "declared", dataSourceId });
  }
  const after = { partner, groups: partner.segmentGroups };
  const common = { pid, before: null, after, wanted: wantedBy([partner]), store, now, pause };
  return kinds.map((of) => ({ of, evaluator: new AloneEvaluator({ ...common, of }) }));
}

function wantedBy(sides: readonly (PartnerCatalog | null)[]): WantedTraits {
  return new WantedTraits(sides.flatMap((side) => [...(side?.traits.keys() ?? [])]));
}

function sideOf(
  partner: PartnerCatalog | null,
  isOf: (group: SegmentGroup) => boolean,
): Side | null {
  const groups = partner?.segmentGroups.filter(isOf) ?? [];
  return partner === null || groups.length === 0 ? null : { partner, groups };
}

function readsDevice({ mergeRule }: SegmentGroup): boolean {
  const { device } = mergeRule;
  return device === "DEVICE" || device === "PROFILE_LINK" || device === "EXTERNAL";
}

function sourcesOf(sides: readonly (PartnerCatalog | null)[]): readonly DataSourceId[] {
  const ids = sides.flatMap((side) =>
    (side?.segmentGroups ?? [])
      .filter((group) => !readsDevice(group))
      .flatMap(({ mergeRule }) => mergeRule.dataSourceIds.map(asDataSourceId)),
  );
  return [...new Set(ids)].sort((one, other) => one - other);
}

function readsAlone(
  side: PartnerCatalog | null,
  group: SegmentGroup,
  dataSourceId: DataSourceId,
): boolean {
  if (readsDevice(group) || !group.mergeRule.dataSourceIds.includes(dataSourceId)) return false;
  return side?.dataSources.get(dataSourceId)?.authenticatedProfile === true;
}
