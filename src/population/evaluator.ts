import type { PartnerCatalog, SegmentGroup } from "../catalog/snapshot.ts";
import type { PartnerId, SegmentId } from "../model/ids.ts";
import type {
  ScannedProfiles,
  ScannedStore,
  ScanOwner,
  VisitRecord,
} from "../profiles/profile-scan.ts";
import type { WantedTraits } from "../profiles/skim-record.ts";

/** Definitions, and those of their segments that are evaluated in this pass. */
export interface Side {
  readonly partner: PartnerCatalog;
  readonly groups: readonly SegmentGroup[];
}

/** Whether a call that names no ID reads its device's profile and nothing else. */
export function isReadAlone({ mergeNeeds }: PartnerCatalog): boolean {
  const { lastAuthenticated, deviceGraphs, computedTraits } = mergeNeeds;
  return !lastAuthenticated && !deviceGraphs && computedTraits === null;
}

/** The segments, ascending, that a visitor is in under either side, when they were seen last, and whose record it was. */
export type Verdict = (
  before: readonly SegmentId[],
  after: readonly SegmentId[],
  lastSeen: number,
  owner: ScanOwner,
) => void;

/** Finds out for visitors, a page of them at a time, which segments they are in. */
export interface Evaluator {
  /** Takes the visitor of a record. */
  readonly visit: VisitRecord;
  /** Gives a verdict on each of those that were taken and are in something. */
  flush(verdict: Verdict): Promise<void>;
  /** Damaged records so far. */
  readonly unreadable: number;
}

export interface EvaluatorOptions {
  readonly of: ScannedProfiles;
  readonly pid: PartnerId;
  /** Null where there is nothing to evaluate. */
  readonly before: Side | null;
  readonly after: Side | null;
  readonly wanted: WantedTraits;
  readonly store: ScannedStore;
  /** Milliseconds since the epoch. */
  readonly now: number;
  pause(): Promise<void>;
}

export const NO_SEGMENTS: readonly SegmentId[] = [];
