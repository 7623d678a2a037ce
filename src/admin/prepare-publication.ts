// From the text of a workspace to what can be published, or to everything that is wrong with it. It may be
// a hundred megabytes: this runs where it holds nobody up (`node/publication-thread.ts`).

import type { Fault, Workspace, WorkspaceChanges } from "@dunlin/contract/workspace";
import { changedObjects, describeChanges } from "../catalog/describe-changes.ts";
import { LIST_IDS, type ListName } from "../catalog/document-keys.ts";
import {
  applyEdits,
  type DefinitionEdit,
  type EditedObject,
  editedObjects,
  type ParsedDocument,
} from "../catalog/edits.ts";
import { printWorkspace } from "../catalog/print-workspace.ts";
import { type ReadingMemory, readNextWorkspace } from "../catalog/read-workspace.ts";
import { StepBase, stepBetween, type WorkspaceStep } from "../catalog/steps/workspace-step.ts";
import { parseWorkspaceText, type WorkspaceFormat } from "../catalog/workspace-text.ts";
import type { ObjectChange } from "../control/object-records.ts";
import { invariant, ok, type Result } from "../model/result.ts";

/** What is to be published: a whole document, or changes of the one in force. */
export type NewDefinitions =
  | { readonly text: string; readonly format: WorkspaceFormat }
  | { readonly edits: readonly DefinitionEdit[] };

export type PublicationRequest = NewDefinitions & {
  /** The document in force, in the form of `PreparedPublication.document`; null before the first. */
  readonly previous: string | null;
};

/** What workers compile: a base, and a step from there where most is as it was. */
export interface PreparedDefinitions {
  /** Tells bases of one process apart. */
  readonly baseId: number;
  /** The base as it was read, as JSON text: workers do not have to check it again. */
  readonly workspace: string;
  /** Null where it is the base that was prepared. */
  readonly step: WorkspaceStep | null;
}

export interface PreparedPublication extends PreparedDefinitions {
  /** In the form in which workspaces are written, as JSON text: what is stored and shown. */
  readonly document: string;
  /** Empty where it equals what is in force. */
  readonly changes: WorkspaceChanges;
  readonly warnings: readonly Fault[];
  /** The same, object by object. */
  readonly changed: readonly ObjectChange[];
  /** The first of the changed objects as they were and are, for the audit log. */
  readonly changedItems: readonly ChangedItem[];
  /** What became of the objects that edits named; empty for a whole document. */
  readonly edited: readonly EditedObject[];
}

export interface ChangedItem {
  readonly list: ListName;
  readonly id: number;
  readonly pid: number | null;
  /** As the document writes it; null where there was, or is, none. */
  readonly before: object | null;
  readonly after: object | null;
}

/** How many changed objects of one publication are told of one by one. */
const MOST_CHANGED_ITEMS = 1_000;

/** One publication by itself. */
export function preparePublication(
  request: PublicationRequest,
): Result<PreparedPublication, readonly Fault[]> {
  const { previous } = request;
  const before = previous === null ? null : ({ kind: "document", document: previous } as const);
  return new PublicationSeries().prepare({ ...request, id: 1, before });
}

export type NextPublication = NewDefinitions & {
  /** For the publications that follow. */
  readonly id: number;
  /** What is in force: known by its ID, or as it is written. */
  readonly before:
    | { readonly kind: "known"; readonly id: number }
    | { readonly kind: "document"; readonly document: string }
    | null;
};

const NOTHING: ParsedDocument = {};

interface Known {
  readonly workspace: Workspace;
  readonly memory: ReadingMemory;
  /** Null where nobody has compiled anything from which steps lead here. */
  readonly base: Base | null;
}

interface Base {
  readonly id: number;
  readonly text: string;
  readonly from: StepBase;
}

/** Publications one after the other, of which each takes over what did not change since the one in force. */
export class PublicationSeries {
  /** The one in force and the one prepared last, which may come into force or not. */
  readonly #known = new Map<number, Known>();

  prepare(next: NextPublication): Result<PreparedPublication, readonly Fault[]> {
    const { id, before } = next;
    const known = this.#inForce(before);
    this.#forgetAllBut(before);
    const edits = "edits" in next ? next.edits : [];
    const parsed =
      "edits" in next
        ? ok(applyEdits(known?.memory.input ?? NOTHING, edits))
        : parseWorkspaceText(next.text, next.format);
    if (!parsed.ok) return parsed;
    const read = readNextWorkspace(parsed.value, known?.workspace ?? null, known?.memory ?? null);
    if (!read.ok) return read;
    const { workspace, warnings, memory } = read.value;
    const basis = known?.base ?? null;
    const step = basis === null ? null : stepBetween(basis.from, workspace);
    const base =
      basis === null || step === null
        ? { id, text: JSON.stringify(workspace), from: new StepBase(workspace) }
        : basis;
    this.#known.set(id, { workspace, memory, base });
    const changed = changedObjects(known?.workspace ?? null, workspace);
    return ok({
      baseId: base.id,
      workspace: base.text,
      step,
      document: JSON.stringify(printWorkspace(workspace)),
      changes: describeChanges(known?.workspace ?? null, workspace),
      changed,
      changedItems: changedItemsOf(changed, known?.workspace ?? null, workspace),
      warnings,
      edited: editedObjects(workspace, edits),
    });
  }

  #inForce(before: NextPublication["before"]): Known | null {
    if (before === null) return null;
    if (before.kind === "known") {
      const known = this.#known.get(before.id);
      invariant(known !== undefined, "a publication follows one that is not known any more");
      return known;
    }
    const parsed = parseWorkspaceText(before.document, "json");
    const read = parsed.ok ? readNextWorkspace(parsed.value, null, null) : parsed;
    invariant(read.ok, "what is in force cannot be read");
    return { ...read.value, base: null };
  }

  #forgetAllBut(before: NextPublication["before"]): void {
    const kept = before?.kind === "known" ? before.id : null;
    for (const id of this.#known.keys()) if (id !== kept) this.#known.delete(id);
  }
}

function changedItemsOf(
  changed: readonly ObjectChange[],
  before: Workspace | null,
  after: Workspace,
): readonly ChangedItem[] {
  const told = changed.slice(0, MOST_CHANGED_ITEMS);
  const finders = new Map<string, (id: number) => object | null>();
  const find = (which: "before" | "after", list: ListName, id: number): object | null => {
    const key = `${which} ${list}`;
    const finder = finders.get(key) ?? finderOf(which === "before" ? before : after, list);
    finders.set(key, finder);
    return finder(id);
  };
  return told.map(({ list: name, id }) => {
    // Changes name the lists of a workspace.
    const list = name as ListName;
    const [old, item] = [find("before", list, id), find("after", list, id)];
    const pid: unknown = Reflect.get(item ?? old ?? {}, "pid");
    return { list, id, pid: typeof pid === "number" ? pid : null, before: old, after: item };
  });
}

function finderOf(workspace: Workspace | null, list: ListName): (id: number) => object | null {
  const items: readonly object[] = workspace === null ? [] : workspace[list];
  const byId = new Map(items.map((item) => [Reflect.get(item, LIST_IDS[list]), item]));
  return (id) => byId.get(id) ?? null;
}
