// Changing resources: what a call asks for becomes edits of the document and of the records beside it. Planned
// within the turn of a publication, so that nothing changes between the plan and what it leads to.

import type { Fault } from "@dunlin/contract/workspace";
import { isStale } from "../../access/etag.ts";
import { meanTheSame } from "../../catalog/describe-changes.ts";
import { LIST_IDS, type ListName } from "../../catalog/document-keys.ts";
import type { DefinitionEdit } from "../../catalog/edits.ts";
import { CATALOG_LIMITS } from "../../catalog/limits.ts";
import { err, ok, type Result } from "../../model/result.ts";
import type { Defined } from "./definitions-view.ts";
import { may, mayCreateAny } from "./may.ts";
import { idOf, placeFaults, readObject } from "./object-keys.ts";
import { etagOf, findItem } from "./read-resources.ts";
import {
  type RecordedList,
  type Refusal,
  type ResourceContext,
  type ResourceKind,
  refusal,
} from "./resource-kind.ts";

/** What is kept with the record of an object, because the document has no keys for it. */
export interface KeptKeys {
  readonly list: RecordedList;
  readonly id: number;
  /** Whether its record begins now, where no edit says so. */
  readonly isNew?: true;
  /** Whether its record ends now: of what no document holds. */
  readonly isGone?: true;
  readonly kept: Readonly<Record<string, unknown>>;
}

export interface PlannedChange {
  readonly edits: readonly DefinitionEdit[];
  readonly kept: readonly KeptKeys[];
  /** The object that the call is about; null where it is about several. */
  readonly target: { readonly list: ListName; readonly id: number } | null;
  /** Where in the document that follows it stands, as JSON pointers; left out where nobody asks. */
  readonly places?: readonly string[];
  /** What faults of the document that follows mean for the caller. */
  explain(faults: readonly Fault[]): Refusal;
}

type Planned = Result<PlannedChange, Refusal>;

export function planCreation<Name extends ListName>(
  kind: ResourceKind<Name>,
  body: unknown,
  context: ResourceContext,
): Planned {
  const read = readObject(kind, body);
  if (!read.ok) {
    const isAllowed = mayCreateAny(kind, context);
    return err(isAllowed ? faulty(kind, read.error) : forbidden(kind, "create"));
  }
  const id = context.newId(kind.space);
  const owner = kind.ownedBy === "installation" ? {} : { pid: context.pid };
  const named = { ...read.value.item, ...owner, [LIST_IDS[kind.list]]: id };
  return planPut(kind, { id, item: named, kept: read.value.kept, before: null }, context);
}

export interface UpdateCall {
  /** An ID, or `ic:` and an integration code. */
  readonly given: string;
  readonly body: unknown;
  /** The header; null where it was not sent. */
  readonly ifMatch: string | null;
}

export function planUpdate<Name extends ListName>(
  kind: ResourceKind<Name>,
  { given, body, ifMatch }: UpdateCall,
  context: ResourceContext,
): Planned {
  const found = findOwn(kind, given, context);
  if (!found.ok) return found;
  const before = found.value;
  if (!may(kind, "WRITE", { item: before, context })) return err(forbidden(kind, "change"));
  const stale = checkMatch(kind.list, { item: before, ifMatch }, context);
  if (stale !== null) return err(stale);
  const read = readObject(kind, body);
  if (!read.ok) return err(faulty(kind, read.error));
  const id = idOf(kind.list, before);
  const renamed = namesAnotherId(kind, body, id);
  if (renamed !== null) return err(renamed);
  const item = { ...read.value.item, [LIST_IDS[kind.list]]: id, pid: Reflect.get(before, "pid") };
  return planPut(kind, { id, item, kept: read.value.kept, before }, context);
}

export interface DeletionCall {
  readonly given: readonly string[];
  readonly ifMatch: string | null;
}

/** All or nothing: the refusal names everybody who is in the way. */
export function planDeletion<Name extends ListName>(
  kind: ResourceKind<Name>,
  { given, ifMatch }: DeletionCall,
  context: ResourceContext,
): Planned {
  const found = findSeveral(kind, given, context);
  if (!found.ok) return found;
  const items = found.value;
  for (const item of items) {
    if (!may(kind, "DELETE", { item, context })) return err(forbidden(kind, "delete"));
    const missing = missingRight(kind, item, context);
    if (missing !== null) return err(missing);
    const stale = checkMatch(kind.list, { item, ifMatch }, context);
    if (stale !== null) return err(stale);
  }
  const blocked = findBlocked(kind, items, context);
  if (blocked !== null) return err(blocked);
  const edits = items.map(
    (item): DefinitionEdit => ({ kind: "remove", list: kind.list, id: idOf(kind.list, item) }),
  );
  return ok({ edits, kept: [], target: null, explain: (faults) => broken(kind, faults) });
}

/** All of them, or what is to be said of those that cannot be had. */
function findSeveral<Name extends ListName>(
  kind: ResourceKind<Name>,
  given: readonly string[],
  context: ResourceContext,
): Result<readonly Defined<Name>[], Refusal> {
  const items: Defined<Name>[] = [];
  const faults: Fault[] = [];
  let why: Refusal["kind"] = "not-found";
  for (const each of new Set(given)) {
    const found = findOwn(kind, each, context);
    if (found.ok) {
      items.push(found.value);
      continue;
    }
    const { kind: refused, detail } = found.error;
    if (given.length === 1) return found;
    if (faults.length === 0) why = refused;
    const message = `${detail.replace(/\.$/, "")}: ${each}.`;
    const code = refused === "not-found" ? "E_UNKNOWN_REFERENCE" : "E_VALUE";
    faults.push({ at: `/${each}`, code, message });
  }
  const [first] = faults;
  if (first === undefined) return ok(items);
  const detail = faults.length === 1 ? first.message : `Nothing was deleted. ${first.message}`;
  return err(refusal(why, detail, faults.slice(0, CATALOG_LIMITS.faults)));
}

interface Put<Name extends ListName> {
  readonly id: number;
  readonly item: Readonly<Record<string, unknown>>;
  readonly kept: Readonly<Record<string, unknown>>;
  readonly before: Defined<Name> | null;
}

function planPut<Name extends ListName>(
  kind: ResourceKind<Name>,
  { id, item: bare, kept, before }: Put<Name>,
  context: ResourceContext,
): Planned {
  const item = kind.complete?.(bare, before, context) ?? bare;
  // Rights are asked by keys that may hold anything as yet: what is no ID is nobody's scope.
  const candidate = item as unknown as Defined<Name>;
  const permission = before === null ? "CREATE" : "WRITE";
  if (!may(kind, permission, { item: candidate, context })) {
    return err(forbidden(kind, before === null ? "create" : "change"));
  }
  const missing = missingRight(kind, candidate, context);
  if (missing !== null) return err(missing);
  const refused = kind.check?.(item, before, context, kept) ?? null;
  if (refused !== null) return err(refused);
  const items: readonly object[] = context.view.workspace[kind.list];
  const index = before === null ? items.length : items.indexOf(before);
  const keptNow = kind.completeKept?.(kept, { id, item, before }, context) ?? kept;
  const known = { ...fallbacksOf(kind), ...context.recordOf(kind.list, id).kept };
  const isKept = meanTheSame(keptNow, known);
  return ok({
    edits: [
      ...(kind.alongside?.(item, before, context) ?? []),
      { kind: "put", list: kind.list, id, item },
    ],
    kept: isKept ? [] : [{ list: kind.list, id, kept: keptNow }],
    target: { list: kind.list, id },
    places: [`/${kind.list}/${index}`],
    explain: (faults) => explainFaults(kind, index, faults),
  });
}

/** What is kept of an object of which nothing is kept. */
function fallbacksOf<Name extends ListName>({ keys }: ResourceKind<Name>) {
  const kept = Object.entries(keys).filter(([, key]) => key.kind === "kept");
  return Object.fromEntries(
    kept.flatMap(([name, { fallback }]) => (fallback === undefined ? [] : [[name, fallback]])),
  );
}

/** What all partners share is defined by a workspace, and by nobody's call. */
function findOwn<Name extends ListName>(
  kind: ResourceKind<Name>,
  given: string,
  context: ResourceContext,
): Result<Defined<Name>, Refusal> {
  const found = findItem(kind, given, context);
  if (!found.ok || kind.ownedBy === "installation") return found;
  if (Reflect.get(found.value, "pid") === context.pid) return found;
  return err(refusal("forbidden", `This ${kind.noun} is shared by all partners.`));
}

function namesAnotherId<Name extends ListName>(
  kind: ResourceKind<Name>,
  body: unknown,
  id: number,
): Refusal | null {
  const key = LIST_IDS[kind.list];
  const named: unknown = typeof body === "object" && body !== null ? Reflect.get(body, key) : null;
  if (named === undefined || named === null || named === id || named === String(id)) return null;
  const message = `Expected ${id}, the ID of the path, or no ${key} at all.`;
  return faulty(kind, [{ at: `/${key}`, code: "E_IMMUTABLE", message }]);
}

function checkMatch<Name extends ListName>(
  list: Name,
  { item, ifMatch }: { readonly item: Defined<Name>; readonly ifMatch: string | null },
  context: ResourceContext,
): Refusal | null {
  return ifMatch === null ? null : refuseStale(etagOf(list, item, context), ifMatch);
}

/** Null where the caller knows the object as it is, or does not say what it knows. */
export function refuseStale(etag: string, ifMatch: string | null): Refusal | null {
  if (!isStale(etag, ifMatch)) return null;
  return refusal("precondition-failed", `It has changed since it was read: its ETag is ${etag}.`);
}

function forbidden<Name extends ListName>({ noun }: ResourceKind<Name>, what: string): Refusal {
  return refusal("forbidden", `The caller may not ${what} this ${noun}.`);
}

function missingRight<Name extends ListName>(
  { noun, rights }: ResourceKind<Name>,
  item: Defined<Name>,
  context: ResourceContext,
): Refusal | null {
  const needed = rights?.alsoNeeded?.(item, context) ?? [];
  const missing = needed.find((right) => !context.caller.rights.allows(context.pid, right));
  if (missing === undefined) return null;
  const { objectType, permission, scope } = missing;
  const where = scope === null ? "" : ` of data source ${scope}`;
  return refusal(
    "forbidden",
    `A change of this ${noun} needs the right ${permission} on ${objectType}${where}.`,
  );
}

function findBlocked<Name extends ListName>(
  kind: ResourceKind<Name>,
  items: readonly Defined<Name>[],
  context: ResourceContext,
): Refusal | null {
  // Folders and what lies in them may go together.
  const leaving = new Set(items.map((item) => idOf(kind.list, item)));
  const faults = items.flatMap((item) => {
    const id = idOf(kind.list, item);
    return kind.dependents(item, context).flatMap(({ name, id: other, code }): Fault[] => {
      const isLeaving = name.startsWith(`${kind.noun} `) && leaving.has(other);
      const message = `The ${kind.noun} ${id} is used by ${name}.`;
      return isLeaving ? [] : [{ at: `/${id}`, code: code ?? "E_IN_USE", message }];
    });
  });
  if (faults.length === 0) return null;
  const [first] = faults;
  const detail =
    faults.length === 1 && first !== undefined
      ? first.message
      : `Nothing was deleted: others use what was to go, in ${faults.length} places.`;
  return refusal("conflict", detail, faults.slice(0, CATALOG_LIMITS.faults));
}

function explainFaults<Name extends ListName>(
  kind: ResourceKind<Name>,
  index: number,
  faults: readonly Fault[],
): Refusal {
  const { own, others } = placeFaults(kind, index, faults);
  return own.length > 0 ? faulty(kind, own) : broken(kind, others);
}

/** Where a fault says that there are too many: of such objects, or of folders in one another. */
const COUNTED: ReadonlySet<string> = new Set(["", "/parentFolderId"]);

function faulty<Name extends ListName>(
  { noun }: ResourceKind<Name>,
  faults: readonly Fault[],
): Refusal {
  const full = faults.find(({ at, code }) => code === "E_LIMIT" && COUNTED.has(at));
  if (full !== undefined) return refusal("limit-exceeded", full.message, faults);
  if (faults.some(({ code }) => code === "E_DUPLICATE_ID")) {
    return refusal("conflict", faults[0]?.message ?? "", faults);
  }
  const isRule = faults.some(({ column }) => column !== undefined);
  const detail = `The ${noun} is not as expected; nothing was changed.`;
  return refusal(isRule ? "rule-invalid" : "bad-request", detail, faults);
}

/** The object is fine, but others would not be. Their faults are placed in the workspace. */
function broken<Name extends ListName>(
  { noun }: ResourceKind<Name>,
  faults: readonly Fault[],
): Refusal {
  const detail = `Nothing was changed: with this ${noun} other definitions would not hold any more.`;
  return refusal("conflict", detail, faults);
}
