// The numbers of all traits and segments of a partner, by one look at each stored profile: devices, and the declared IDs
// of the partner's data sources. Segments are evaluated as sizes are.

import type { PartnerDefinitions } from "../catalog/partner-definitions.ts";
import type { PartnerCatalog } from "../catalog/snapshot.ts";
import { lifeDaysOf } from "../event/qualify/qualify.ts";
import { asTraitId, type SegmentId } from "../model/ids.ts";
import { DEVICE_LIFE_DAYS, utcDay } from "../model/time.ts";
import type { ScannedProfiles } from "../profiles/profile-scan.ts";
import { WantedTraits } from "../profiles/skim-record.ts";
import { HolderVisits } from "./holder-visits.ts";
import {
  type CountWorld,
  compileCounted,
  definitionsOfSegments,
  type Pass,
  passesOver,
} from "./population.ts";
import { type MetricsOfTraits, RealizationTally } from "./realization-tally.ts";
import { scanInSlices } from "./scan-in-slices.ts";

export { METRIC_RANGES, type MetricsOfTraits, type TraitMetrics } from "./realization-tally.ts";

export interface PartnerMetrics {
  /** Every trait that is defined, but for those that are computed. */
  readonly traits: MetricsOfTraits;
  /** Visitors in each segment that is defined, those that are paused included. */
  readonly segments: ReadonlyMap<number, number>;
  /** Profiles that were looked at, and those of them that are damaged. */
  readonly visited: number;
  readonly unreadable: number;
}

/** Rejects with the signal's reason when that is aborted. */
export async function measurePopulation(
  definitions: PartnerDefinitions,
  world: CountWorld,
): Promise<PartnerMetrics> {
  const counted = compileCounted(definitionsOfSegments(resumed(definitions), () => true));
  const segments = new Map<number, number>(definitions.segments.map(({ sid }) => [sid, 0]));
  const tally = new RealizationTally(talliedTraits(definitions), {
    ...{ now: world.now, today: utcDay(world.now) },
  });
  const wanted = new WantedTraits(definitions.traits.map(({ sid }) => asTraitId(sid)));
  const passes = new Map(
    passesOver({ before: null, after: counted }, world).map((pass) => [keyOf(pass.of), pass]),
  );
  let visited = 0;
  let unreadable = 0;
  const kinds = kindsOf(counted);
  for (const [place, { of, keptDays }] of kinds.entries()) {
    const holders = new HolderVisits({ of, pid: counted.pid, keptDays, wanted, tally, world });
    const pass = passes.get(keyOf(of)) ?? null;
    visited += await measureKind({ of, holders, pass, segments }, world, (share, looked) =>
      world.onProgress((place + share) / kinds.length, visited + looked),
    );
    unreadable += holders.unreadable;
  }
  const keptDays = Math.min(...kinds.map((kind) => kind.keptDays));
  return { traits: tally.metrics(keptDays), segments, visited, unreadable };
}

interface Kind {
  readonly of: ScannedProfiles;
  readonly holders: HolderVisits;
  /** Null where no segment reads these profiles first. */
  readonly pass: Pass | null;
  readonly segments: Map<number, number>;
}

/** How many profiles were looked at. */
async function measureKind(
  { of, holders, pass, segments }: Kind,
  world: CountWorld,
  onProgress: CountWorld["onProgress"],
): Promise<number> {
  const count = (_before: readonly SegmentId[], after: readonly SegmentId[]): void => {
    for (const sid of after) segments.set(sid, (segments.get(sid) ?? 0) + 1);
  };
  return scanInSlices(of, world, {
    visit: (record) => {
      holders.visit(record);
      pass?.evaluator.visit(record);
    },
    endSlice: async () => {
      await holders.flush();
      await pass?.evaluator.flush(count);
    },
    onProgress,
  });
}

/** Who is in a paused segment is asked as if it were active, as sizes do. */
export function resumed(definitions: PartnerDefinitions): PartnerDefinitions {
  const segments = definitions.segments.map((segment) =>
    segment.status === "ACTIVE" ? segment : { ...segment, status: "ACTIVE" as const },
  );
  return { ...definitions, segments };
}

/** Computed traits stand in no profile. */
const STORED_TYPES: ReadonlySet<string> = new Set([
  ...["RULE_BASED_TRAIT", "ON_BOARDED_TRAIT", "ALGO_TRAIT"],
]);

function talliedTraits({ traits }: PartnerDefinitions) {
  return traits
    .filter(({ traitType }) => STORED_TYPES.has(traitType))
    .map(({ sid, ttl, traitType }) => ({ sid, ttl, isCounted: traitType !== "ON_BOARDED_TRAIT" }));
}

/** Devices, and the declared IDs that have profiles, each with the days that a profile is kept. */
export function kindsOf(
  partner: PartnerCatalog,
): readonly { readonly of: ScannedProfiles; readonly keptDays: number }[] {
  const devices: ScannedProfiles = { kind: "devices", pid: partner.pid };
  const declared = [...partner.dataSources]
    .filter(([, { idType }]) => idType === "CROSS_DEVICE")
    .map(([dataSourceId]) => {
      const of: ScannedProfiles = { kind: "declared", dataSourceId };
      return { of, keptDays: lifeDaysOf({ ...of, id: "" }, partner) };
    });
  return [{ of: devices, keptDays: DEVICE_LIFE_DAYS }, ...declared];
}

export function keyOf(of: ScannedProfiles): string {
  return of.kind === "devices" ? of.kind : `${of.dataSourceId}`;
}
