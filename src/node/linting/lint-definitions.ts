// One run of the linter over what a node knows: definitions as text, and evidence as it crosses to a thread. What it
// finds is told by IDs, since whoever asks may not have the document.

import type { Fault, TraitDefinition, Workspace } from "@dunlin/contract/workspace";
import type { LintFinding } from "../../admin/lint-desk.ts";
import { LIST_IDS } from "../../catalog/document-keys.ts";
import { readWorkspace } from "../../catalog/read-workspace.ts";
import { parseWorkspaceText } from "../../catalog/workspace-text.ts";
import { type Finding, lintWorkspace, type PartnerEvidence } from "../../lint/lint-workspace.ts";
import { asTraitId, type TraitId } from "../../model/ids.ts";
import { err, ok, type Result } from "../../model/result.ts";

export interface LintRequest {
  readonly pid: number;
  /** `own`: the partner's part of a document of everybody's; `whole`: somebody's document. */
  readonly of: "own" | "whole";
  /** JSON. */
  readonly text: string;
  /** Null for the usual one. */
  readonly maxCost: number | null;
  /** Calls by key; null where nobody has looked at enough calls. */
  readonly seenKeys: readonly (readonly [key: string, calls: number])[] | null;
  /** Traits that nobody has realized, with the rules by which nobody did; null where nobody has counted. */
  readonly unfed: readonly (readonly [sid: number, traitRule: string | null])[] | null;
}

/** A finding, or a warning of reading. */
type Said = Omit<Finding, "code"> & { readonly code: string };

export function lintDefinitions(
  request: LintRequest,
): Result<readonly LintFinding[], readonly Fault[]> {
  const parsed = parseWorkspaceText(request.text, "json");
  if (!parsed.ok) return err(parsed.error);
  const document = request.of === "own" ? ownPart(parsed.value, request.pid) : parsed.value;
  const read = readWorkspace(document);
  if (!read.ok) return err(read.error);
  const { workspace, warnings } = read.value;
  const partners = new Map([[request.pid, evidenceOf(request, workspace)]]);
  const said: Said[] = [
    ...warnings.map((one): Said => ({ ...one, severity: "warning", related: [] })),
    ...lintWorkspace(workspace, {
      evidence: { partners },
      ...(request.maxCost !== null && { maxCost: request.maxCost }),
    }),
  ];
  return ok(said.map((one) => findingOf(one, workspace)));
}

/** What a partner defined, and what all share. */
function ownPart(document: unknown, pid: number): unknown {
  const entries = Object.entries(Object(document)).map(([name, list]) => {
    if (!Array.isArray(list)) return [name, list];
    const isShown = (item: unknown): boolean =>
      [pid, null].includes(Reflect.get(Object(item), "pid"));
    return [name, list.filter(isShown)];
  });
  return Object.fromEntries(entries);
}

function evidenceOf({ pid, seenKeys, unfed }: LintRequest, { traits }: Workspace): PartnerEvidence {
  return {
    seenKeys: seenKeys === null ? null : new Map(seenKeys),
    realizations: unfed === null ? null : fedTraits(traits, pid, new Map(unfed)),
  };
}

/** Of a trait that is new, or whose rule is, nobody can know: it counts as fed. */
function fedTraits(
  traits: readonly TraitDefinition[],
  pid: number,
  unfed: ReadonlyMap<number, string | null>,
): ReadonlyMap<TraitId, number> {
  const fed = traits.filter(
    (trait) => trait.pid === pid && unfed.get(trait.sid) !== trait.traitRule,
  );
  return new Map(fed.map(({ sid }) => [asTraitId(sid), 1]));
}

function findingOf(
  { at, code, severity, message, related, column }: Said,
  workspace: Workspace,
): LintFinding {
  const place = placeOf(at, workspace);
  const rule = /Rule$/.test(at) ? valueAt(workspace, at) : null;
  return {
    ...{ at: place.at, code, severity, message, name: place.name },
    rule: typeof rule === "string" ? rule : null,
    ...(column !== undefined && { column }),
    related: related.map((other) => {
      const { at: otherAt, name } = placeOf(other, workspace);
      return { at: otherAt, name };
    }),
  };
}

interface Place {
  readonly at: string;
  /** Of the object in a list of the workspace. */
  readonly name: string | null;
}

const IDS: Readonly<Record<string, string>> = {
  ...LIST_IDS,
  mappings: "mappingId",
  partners: "pid",
};

/** A pointer with IDs in place of the places in lists. */
function placeOf(pointer: string, workspace: Workspace): Place {
  let value: unknown = workspace;
  let list = "";
  let name: string | null = null;
  const steps = pointer.split("/").map((step, depth) => {
    if (depth === 0) return step;
    const isPlace = Array.isArray(value);
    value = Reflect.get(Object(value), step);
    if (!isPlace) {
      list = step;
      return step;
    }
    const { name: itsName } = Object(value);
    if (typeof itsName === "string" && name === null) name = itsName;
    const id: unknown = Reflect.get(Object(value), IDS[list] ?? "");
    return typeof id === "number" ? String(id) : step;
  });
  return { at: steps.join("/"), name };
}

function valueAt(workspace: Workspace, pointer: string): unknown {
  let value: unknown = workspace;
  for (const step of pointer.split("/").slice(1)) value = Reflect.get(Object(value), step);
  return value;
}
