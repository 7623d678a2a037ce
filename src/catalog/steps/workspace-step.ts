// What differs between two workspaces, where it is little: traits and segments of partners that are otherwise as
// they were. It is found where the workspaces are read, and sent to those who have compiled the first of them.

import type {
  MergeRuleDefinition,
  SegmentDefinition,
  TraitDefinition,
  Workspace,
} from "@dunlin/contract/workspace";
import { asTraitId, type TraitId } from "../../model/ids.ts";
import { parseSegmentRule, traitsOf } from "../../rules/segment-rule/segment-rule.ts";
import { indexedSegment } from "../compile-partner.ts";
import { computedTraitsIn } from "../computed-traits.ts";
import { DOCUMENT_KEYS } from "../document-keys.ts";
import { historyDaysOf } from "../history-days.ts";
import type { ComputedTraits } from "../snapshot.ts";
import { buildTraitLookup } from "../trait-lookup.ts";
import { foldersAround, traitsWithOtherFacts } from "./affected-traits.ts";

/** Values of every kind that a structured clone can carry. */
export interface WorkspaceStep {
  readonly partners: readonly PartnerStep[];
}

export interface PartnerStep {
  readonly pid: number;
  readonly traits: ListStep<TraitDefinition>;
  /** With those that name a trait of which something else changed than its rule. */
  readonly segments: ListStep<SegmentDefinition>;
  readonly mergeRules: readonly MergeRuleDefinition[];
  /** The members of folder traits that the segments name. */
  readonly folderMembers: ReadonlyMap<TraitId, readonly TraitId[]>;
  /** What follows from all segments together; null where nothing of it changed. */
  readonly sums: SegmentSums | null;
}

export interface ListStep<T> {
  /** New ones, and those that take the place of others with the same ID. */
  readonly put: readonly T[];
  readonly removed: readonly number[];
}

export interface SegmentSums {
  readonly computedTraits: ComputedTraits | null;
  readonly historyDays: number;
}

/** A workspace from which steps are taken. */
export class StepBase {
  readonly workspace: Workspace;
  readonly traits: ReadonlyMap<number, TraitDefinition>;
  readonly segments: ReadonlyMap<number, SegmentDefinition>;

  constructor(workspace: Workspace) {
    this.workspace = workspace;
    this.traits = new Map(workspace.traits.map((trait) => [trait.sid, trait]));
    this.segments = new Map(workspace.segments.map((segment) => [segment.sid, segment]));
  }
}

/** More changes than these are better compiled as a whole. */
export const MAX_CHANGES = 2_000;

/**
 * The step from one workspace to another, read after it, so that what did not change is the same object. Null
 * where the difference is too large, or of a kind that needs everything compiled anew.
 */
export function stepBetween(base: StepBase, next: Workspace): WorkspaceStep | null {
  if (!isOtherwiseSame(base.workspace, next)) return null;
  const traits = changedItems(base.traits, next.traits);
  const segments = changedItems(base.segments, next.segments);
  if (traits.length + segments.length > MAX_CHANGES) return null;
  const folders = foldersAround(next.folders);
  const otherFacts = traitsWithOtherFacts(traits, folders);
  const changes = { traits, segments: [...segments, ...naming(otherFacts, base, next)] };
  if (changes.segments.length > MAX_CHANGES) return null;
  const pids = new Set(
    [...changes.traits, ...changes.segments].flatMap(({ before, now }) => [
      ...(before === null ? [] : [before.pid]),
      ...(now === null ? [] : [now.pid]),
    ]),
  );
  return { partners: [...pids].map((pid) => partnerStep(pid, next, changes)) };
}

/** An item that is another one than before, was not there or is gone. */
export interface Change<T> {
  readonly before: T | null;
  readonly now: T | null;
}

interface Changes {
  readonly traits: readonly Change<TraitDefinition>[];
  readonly segments: readonly Change<SegmentDefinition>[];
}

/** Whether nothing differs but traits and segments; folders of segments have no effect on calls. */
function isOtherwiseSame(base: Workspace, next: Workspace): boolean {
  return DOCUMENT_KEYS.every((name) => {
    if (name === "traits" || name === "segments" || name === "segmentFolders") return true;
    if (name === "settings") return JSON.stringify(base[name]) === JSON.stringify(next[name]);
    const before: readonly object[] = base[name];
    const now: readonly object[] = next[name];
    return before.length === now.length && before.every((item, place) => item === now[place]);
  });
}

function changedItems<T extends { readonly sid: number }>(
  before: ReadonlyMap<number, T>,
  now: readonly T[],
): Change<T>[] {
  const changes: Change<T>[] = [];
  let kept = 0;
  for (const item of now) {
    const old = before.get(item.sid) ?? null;
    if (old !== null) kept += 1;
    if (old !== item) changes.push({ before: old, now: item });
  }
  if (kept === before.size) return changes;
  const sids = new Set(now.map(({ sid }) => sid));
  for (const [sid, item] of before) if (!sids.has(sid)) changes.push({ before: item, now: null });
  return changes;
}

/** Segments that are as they were and name one of the traits. */
function naming(
  traits: ReadonlySet<number>,
  base: StepBase,
  next: Workspace,
): Change<SegmentDefinition>[] {
  if (traits.size === 0) return [];
  return next.segments.flatMap((segment) => {
    if (base.segments.get(segment.sid) !== segment) return [];
    const parsed = parseSegmentRule(segment.segmentRule);
    const isNaming = parsed.ok && traitsOf(parsed.value).some((sid) => traits.has(sid));
    return isNaming ? [{ before: segment, now: segment }] : [];
  });
}

function partnerStep(pid: number, next: Workspace, { traits, segments }: Changes): PartnerStep {
  const ofPartner = { traits: listStep(pid, traits), segments: listStep(pid, segments) };
  const { put, removed } = ofPartner.segments;
  const hasComputed = traits.some(({ before, now }) => isComputed(before) || isComputed(now));
  const isPlain = put.length === 0 && removed.length === 0 && !hasComputed;
  return {
    pid,
    ...ofPartner,
    mergeRules: next.mergeRules.filter((rule) => rule.pid === pid),
    ...(isPlain ? { folderMembers: new Map(), sums: null } : consequences(pid, next, put)),
  };
}

function isComputed(trait: TraitDefinition | null): boolean {
  const type = trait?.traitType;
  return type === "ACTIVE_AUDIENCE_TRAIT" || type === "DATA_SOURCE_SYNCED_TRAIT";
}

function listStep<T extends { readonly sid: number; readonly pid: number }>(
  pid: number,
  changes: readonly Change<T>[],
): ListStep<T> {
  return {
    put: changes.flatMap(({ now }) => (now?.pid === pid ? [now] : [])),
    removed: changes.flatMap(({ before, now }) =>
      before?.pid === pid && now?.pid !== pid ? [before.sid] : [],
    ),
  };
}

function consequences(
  pid: number,
  next: Workspace,
  put: readonly SegmentDefinition[],
): Pick<PartnerStep, "folderMembers" | "sums"> {
  const traits = next.traits.filter((trait) => trait.pid === pid);
  const lookup = buildTraitLookup({
    traits,
    folders: next.folders.filter((folder) => folder.pid === pid),
    // Nobody asks here.
    isThirdParty: () => false,
  });
  const active = next.segments.filter(
    (segment) => segment.pid === pid && segment.status === "ACTIVE",
  );
  const rules = active.map((segment) => indexedSegment(segment).rule);
  const folderMembers = new Map<TraitId, readonly TraitId[]>();
  for (const segment of put) {
    for (const sid of traitsOf(indexedSegment(segment).rule)) {
      const trait = lookup(asTraitId(sid));
      if (trait?.kind === "folder") folderMembers.set(sid, trait.members);
    }
  }
  const computedTraits = computedTraitsIn(rules, traits, lookup);
  return { folderMembers, sums: { computedTraits, historyDays: historyDaysOf(rules) } };
}
