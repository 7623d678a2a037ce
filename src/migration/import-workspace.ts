// Files that the management API of the incumbent answered become a workspace that can be served, and a report
// of whatever could not come along.
//
// A draft is read as any workspace is; what the reader finds wrong is taken away, and with it what cannot be
// meant without it: a segment whose trait is left out would qualify others than it did. Read again, until
// nothing is wrong. So nothing is served that means something else than it did.

import type { Fault, Workspace } from "@dunlin/contract/workspace";
import { printWorkspace } from "../catalog/print-workspace.ts";
import { readWorkspace } from "../catalog/read-workspace.ts";
import { err, ok, type Result } from "../model/result.ts";
import { choosePartner, type PartnerChoice } from "./choose-partner.ts";
import { DRAFT_LISTS, Draft, type DraftList } from "./draft.ts";
import { fillGaps } from "./gaps.ts";
import { type ExportFile, gatherObjects } from "./gather.ts";
import { type ImportNote, ImportNotes } from "./notes.ts";
import { addObjects } from "./objects.ts";

export type { ExportFile } from "./gather.ts";
export { type ImportNote, noteLine } from "./notes.ts";

export interface ImportRequest extends PartnerChoice {
  readonly files: readonly ExportFile[];
  /** The workspace that the import is to become part of; null for none. */
  readonly base: Workspace | null;
}

export interface ImportedWorkspace {
  readonly workspace: Workspace;
  readonly notes: readonly ImportNote[];
  readonly warnings: readonly Fault[];
  /** How many objects were imported, by list. */
  readonly counts: Readonly<Partial<Record<DraftList, number>>>;
}

/** Nothing could be imported. */
export interface ImportRefusal {
  /** Where, such as an option, and a sentence. */
  readonly faults: readonly { readonly where: string; readonly message: string }[];
  readonly notes: readonly ImportNote[];
}

/** More than honest exports need: each takes away up to a thousand faults. */
const MAX_PASSES = 1_000;

/** Never throws, whatever the files hold. */
export function importWorkspace(request: ImportRequest): Result<ImportedWorkspace, ImportRefusal> {
  const notes = new ImportNotes();
  const refuse = (faults: ImportRefusal["faults"]) => err({ faults, notes: notes.list() });
  const gathered = gatherObjects(request.files, notes);
  const chosen = choosePartner(request, { gathered, base: request.base, notes });
  if (!chosen.ok) return refuse(chosen.error);
  const draft = draftOf(request.base);
  const { partner, pid } = chosen.value;
  if (partner !== null) draft.add("partners", { document: partner, origin: null });
  const work = { gathered, draft, pid, notes, seen: new Map() };
  addObjects(work);
  fillGaps(work);
  const settled = settle(draft, notes);
  if (!settled.ok) return refuse(settled.error.map(asRefusal));
  const counts = countsOf(draft);
  if (Object.keys(counts).length === 0) {
    return refuse([{ where: "", message: "The files hold nothing that can be imported." }]);
  }
  return ok({ ...settled.value, notes: notes.list(), counts });
}

function draftOf(base: Workspace | null): Draft {
  if (base === null) return new Draft(undefined);
  const printed = printWorkspace(base);
  const draft = new Draft(printed.settings);
  for (const list of DRAFT_LISTS) {
    // What was printed of a workspace are lists of objects.
    const documents = printed[list] as readonly Readonly<Record<string, unknown>>[];
    for (const document of documents) draft.add(list, { document: { ...document }, origin: null });
  }
  return draft;
}

type Settled = Pick<ImportedWorkspace, "workspace" | "warnings">;

function settle(draft: Draft, notes: ImportNotes): Result<Settled, readonly Fault[]> {
  let left: readonly Fault[] = [];
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const read = readWorkspace(draft.document());
    if (read.ok) return read;
    left = draft.takeAway(read.error, notes);
    if (left.length === read.error.length) break;
  }
  return err(left);
}

const OPTIONS: Readonly<Record<string, string>> = {
  alias: "--alias",
  orgId: "--org",
  pid: "--pid",
};

function asRefusal({ at, code, message }: Fault): { where: string; message: string } {
  const [, key = ""] = /^\/partners\/\d+\/(\w+)$/.exec(at) ?? [];
  const option = Object.hasOwn(OPTIONS, key) ? OPTIONS[key] : undefined;
  return { where: option ?? at, message: `${code}: ${message}` };
}

function countsOf(draft: Draft): ImportedWorkspace["counts"] {
  const counts: Partial<Record<DraftList, number>> = {};
  for (const list of DRAFT_LISTS) {
    const count = draft.list(list).filter(({ origin }) => origin !== null).length;
    if (count > 0) counts[list] = count;
  }
  return counts;
}
