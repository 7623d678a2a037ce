// From definitions to what is to be counted. A workspace may be a hundred megabytes: for such a one this runs where
// it holds nobody up, and what was read last is kept.

import type {
  Fault,
  SegmentDefinition,
  Workspace,
  WorkspaceChanges,
} from "@dunlin/contract/workspace";
import { describeChanges } from "../catalog/describe-changes.ts";
import { type ChangedObject, diffWorkspaces } from "../catalog/diff-workspace.ts";
import { defaultMergeRule } from "../catalog/merge-rules.ts";
import { type PartnerDefinitions, partition } from "../catalog/partner-definitions.ts";
import { type ReadingMemory, readNextWorkspace } from "../catalog/read-workspace.ts";
import { parseWorkspaceText } from "../catalog/workspace-text.ts";
import { err, invariant, ok, type Result } from "../model/result.ts";
import { basesOfSegments, definitionsOfSegments, lookupOf } from "../population/population.ts";
import { checkSegmentRule, parseSegmentRule } from "../rules/segment-rule/segment-rule.ts";
import type { PlannedSegment, SegmentReason, SizeQuestion } from "./counting-desk.ts";

export interface PreparedSize {
  readonly kind: "size";
  readonly definitions: PartnerDefinitions;
  readonly sid: number;
  readonly mergeRuleId: number;
  readonly of: "devices" | "declared IDs";
}

export interface PreparedPlan {
  readonly kind: "plan";
  readonly changes: WorkspaceChanges;
  readonly warnings: readonly Fault[];
  readonly objects: readonly ChangedObject[];
  readonly objectsLeftOut: number;
  readonly notes: readonly string[];
  readonly segments: readonly PlannedSegment[];
  readonly unchangedSegments: number;
  /** By partner, in so far as anything changes for its segments. */
  readonly counted: readonly CountedPartner[];
}

export interface CountedPartner {
  readonly pid: number;
  readonly before: PartnerDefinitions | null;
  readonly after: PartnerDefinitions | null;
}

export type PreparationFault =
  | { readonly kind: "refused"; readonly faults: readonly Fault[] }
  | { readonly kind: "unknown-segment" };

/** No object of a workspace has so great an ID. */
const TYPED_SID = Number.MAX_SAFE_INTEGER;
/** As many as people may want to read. */
const MOST_OBJECTS = 1_000;

interface Known {
  readonly document: string;
  readonly workspace: Workspace;
  readonly memory: ReadingMemory;
}

export class CountPreparations {
  #known: Known | null = null;

  /** `document`: the workspace in force, as it is written. */
  size(document: string, { pid, rule }: SizeQuestion): Result<PreparedSize, PreparationFault> {
    const { workspace } = this.#inForce(document);
    const definitions = partition(workspace).find(({ partner }) => partner.pid === pid);
    if (definitions === undefined) return err({ kind: "unknown-segment" });
    const found =
      rule.kind === "typed" ? typedSegment(definitions, rule) : savedSegment(definitions, rule.sid);
    if (!found.ok) return found;
    const segment = found.value;
    const mergeRule =
      definitions.mergeRules.find(({ mergeRuleId }) => mergeRuleId === segment.mergeRuleId) ??
      defaultMergeRule(pid, definitions.mergeRules);
    const counted = { ...definitions, segments: [{ ...segment, status: "ACTIVE" as const }] };
    const readsDevice = mergeRule.device !== "NO_DEVICE" && mergeRule.device !== "NA";
    return ok({
      kind: "size",
      definitions: definitionsOfSegments(counted, () => true),
      sid: segment.sid,
      mergeRuleId: mergeRule.mergeRuleId,
      of: readsDevice ? "devices" : "declared IDs",
    });
  }

  /** `text`: the workspace that might be applied, as JSON. */
  plan(document: string, text: string): Result<PreparedPlan, PreparationFault> {
    const { workspace: before, memory } = this.#inForce(document);
    const parsed = parseWorkspaceText(text, "json");
    const read = parsed.ok ? readNextWorkspace(parsed.value, before, memory) : parsed;
    if (!read.ok) return err({ kind: "refused", faults: read.error });
    const { workspace: after, warnings } = read.value;
    const { objects, leftOut } = diffWorkspaces(before, after, MOST_OBJECTS);
    return ok({
      kind: "plan",
      changes: describeChanges(before, after),
      ...{ warnings, objects, objectsLeftOut: leftOut },
      ...affectedSegments(before, after),
      notes: notesOn(before, after),
    });
  }

  #inForce(document: string): Known {
    if (this.#known?.document === document) return this.#known;
    const parsed = parseWorkspaceText(document, "json");
    const read = parsed.ok ? readNextWorkspace(parsed.value, null, null) : parsed;
    invariant(read.ok, "what is in force cannot be read");
    this.#known = { document, ...read.value };
    return this.#known;
  }
}

function savedSegment(
  { segments }: PartnerDefinitions,
  wanted: number,
): Result<SegmentDefinition, PreparationFault> {
  const segment = segments.find(({ sid }) => sid === wanted);
  return segment === undefined ? err({ kind: "unknown-segment" }) : ok(segment);
}

function typedSegment(
  definitions: PartnerDefinitions,
  { segmentRule, mergeRuleId }: SizeQuestion["rule"] & { readonly kind: "typed" },
): Result<SegmentDefinition, PreparationFault> {
  const isKnown =
    mergeRuleId === null || definitions.mergeRules.some((rule) => rule.mergeRuleId === mergeRuleId);
  const parsed = parseSegmentRule(segmentRule);
  const ruleFaults = parsed.ok
    ? checkSegmentRule(parsed.value, lookupOf(definitions))
    : [parsed.error];
  const faults: Fault[] = ruleFaults.map(({ code, column, message }) => {
    return { at: "/segmentRule", code, column, message };
  });
  if (!isKnown) {
    const message = `There is no merge rule ${mergeRuleId}.`;
    faults.push({ at: "/mergeRuleDataSourceId", code: "E_UNKNOWN_REFERENCE", message });
  }
  if (faults.length > 0) return err({ kind: "refused", faults });
  return ok({
    ...{ sid: TYPED_SID, legacyId: TYPED_SID, pid: definitions.partner.pid, dataSourceId: 0 },
    ...{ name: "", description: "", integrationCode: null, folderId: 0, status: "ACTIVE" },
    ...{ segmentRule, mergeRuleId },
  });
}

function affectedSegments(
  before: Workspace,
  after: Workspace,
): Pick<PreparedPlan, "segments" | "unchangedSegments" | "counted"> {
  const old = new Map(partition(before).map((one) => [one.partner.pid, one]));
  const next = new Map(partition(after).map((one) => [one.partner.pid, one]));
  const segments: PlannedSegment[] = [];
  const counted: CountedPartner[] = [];
  let unchangedSegments = 0;
  for (const pid of new Set([...old.keys(), ...next.keys()])) {
    const [was, is] = [old.get(pid) ?? null, next.get(pid) ?? null];
    const affected = affectedOf(was, is);
    segments.push(...affected.values());
    const all = new Set([...(was?.segments ?? []), ...(is?.segments ?? [])].map(({ sid }) => sid));
    unchangedSegments += all.size - affected.size;
    if (affected.size === 0) continue;
    const part = (side: PartnerDefinitions | null) =>
      side === null ? null : definitionsOfSegments(side, (sid) => affected.has(sid));
    counted.push({ pid, before: part(was), after: part(is) });
  }
  return { segments, unchangedSegments, counted };
}

function affectedOf(
  was: PartnerDefinitions | null,
  is: PartnerDefinitions | null,
): ReadonlyMap<number, PlannedSegment> {
  const bases = [was, is].map((side) => (side === null ? new Map() : basesOfSegments(side)));
  const [oldBases = new Map(), newBases = new Map()] = bases;
  const oldSegments = new Map((was?.segments ?? []).map((segment) => [segment.sid, segment]));
  const newSegments = new Map((is?.segments ?? []).map((segment) => [segment.sid, segment]));
  const affected = new Map<number, PlannedSegment>();
  for (const sid of new Set([...newSegments.keys(), ...oldSegments.keys()])) {
    const [old, next] = [oldSegments.get(sid), newSegments.get(sid)];
    if (old && next && oldBases.get(sid) === newBases.get(sid)) continue;
    const shown = next ?? old;
    invariant(shown !== undefined, "a segment is in one of the two");
    affected.set(sid, { pid: shown.pid, sid, name: shown.name, because: reasonOf(old, next) });
  }
  return affected;
}

function reasonOf(
  old: SegmentDefinition | undefined,
  next: SegmentDefinition | undefined,
): SegmentReason {
  if (old === undefined) return "created";
  if (next === undefined) return "deleted";
  if (old.status !== next.status) return next.status === "INACTIVE" ? "paused" : "resumed";
  if (old.segmentRule !== next.segmentRule) return "its rule";
  return old.mergeRuleId === next.mergeRuleId ? "what its rule speaks of" : "its merge rule";
}

/** What applying changes only for calls to come: it is in no count. */
function notesOn(before: Workspace, after: Workspace): readonly string[] {
  const old = new Map(before.traits.map((trait) => [trait.sid, trait.traitRule]));
  const oldStatus = new Map(before.segments.map(({ sid, status }) => [sid, status]));
  const fresh = after.traits.filter(({ sid, traitRule }) => {
    return traitRule !== null && old.get(sid) !== traitRule;
  });
  const paused = after.segments.filter(({ sid, status }) => {
    return status === "INACTIVE" && oldStatus.get(sid) === "ACTIVE";
  });
  const notes: string[] = [];
  if (fresh.length > 0) {
    const what = fresh.length === 1 ? "1 trait has" : `${fresh.length} traits have`;
    notes.push(
      `${what} a new rule: nobody realizes it before their next call, so no count speaks of it.`,
    );
  }
  if (paused.length > 0) {
    notes.push(
      "Of segments that are paused nobody is named in an answer any more: that is counted as removed. Who is stored as a member stays so.",
    );
  }
  return notes;
}
