// Reading resources: lists with all their options, and single objects.

import { etagOfState } from "../../access/etag.ts";
import type { ListName } from "../../catalog/document-keys.ts";
import { err, ok, type Result } from "../../model/result.ts";
import type { Defined } from "./definitions-view.ts";
import {
  applyListOptions,
  LIST_OPTION_NAMES,
  type Page,
  type Query,
  QueryReading,
  readListOptions,
  readPermissions,
} from "./list-options.ts";
import { may, permissionsOn } from "./may.ts";
import { idOf, shownKeys, showObject, showRest } from "./object-keys.ts";
import {
  type ApiObject,
  type Refusal,
  type ResourceContext,
  type ResourceKind,
  refusal,
} from "./resource-kind.ts";

export type Listed = readonly ApiObject[] | Page<ApiObject>;

/** Options that every resource has beyond those of all lists. */
export const RESOURCE_OPTION_NAMES = [
  ...LIST_OPTION_NAMES,
  ...["permissions", "permission", "includePermissions", "pid"],
] as const;

export function listResources<Name extends ListName>(
  kind: ResourceKind<Name>,
  query: Query,
  context: ResourceContext,
): Result<Listed, Refusal> {
  const reading = new QueryReading(query);
  const additions = new Set(kind.additions.filter((name) => reading.flag(name)));
  const names = shownKeys(kind, { isList: true, additions });
  const filters = Object.values(kind.filters).flatMap(
    (filter) => filter.read(reading, context) ?? [],
  );
  const withPermissions = reading.flag("includePermissions");
  const permissions = readPermissions(reading);
  const options = readListOptions(query, names);
  const faults = [...(options.ok ? [] : options.error), ...reading.faults];
  if (!options.ok || faults.length > 0) {
    return err(refusal("bad-request", "The options of the list are not as expected.", faults));
  }
  const items = itemsOf(kind, context)
    .filter((item) => permissions.every((each) => may(kind, each, { item, context })))
    .filter((item) => filters.every((isWanted) => isWanted(item)));
  const show = (item: Defined<Name>): ApiObject => {
    const shown = showObject(kind, item, { context, names });
    return withPermissions ? { ...shown, permissions: permissionsOn(kind, item, context) } : shown;
  };
  return ok(applyListOptions(items, options.value, show));
}

/** Of the partner, and what all share. */
function itemsOf<Name extends ListName>(
  { list, builtIn = [], ownedBy }: ResourceKind<Name>,
  { view, pid }: ResourceContext,
): readonly Defined<Name>[] {
  // A list of the workspace holds what it is called by.
  if (ownedBy === "installation") return view.workspace[list] as readonly Defined<Name>[];
  return [...view.ofPartner(list, pid), ...builtIn];
}

export interface FoundResource<Name extends ListName> {
  readonly item: Defined<Name>;
  readonly shown: ApiObject;
  /** Changes whenever the object does. */
  readonly etag: string;
}

/** `given` is an ID, or `ic:` and an integration code, as the path holds it. */
export function findResource<Name extends ListName>(
  kind: ResourceKind<Name>,
  { given, query }: { readonly given: string; readonly query: Query },
  context: ResourceContext,
): Result<FoundResource<Name>, Refusal> {
  const found = findItem(kind, given, context);
  if (!found.ok) return found;
  const item = found.value;
  if (!may(kind, "READ", { item, context })) {
    return err(refusal("forbidden", `The caller may not read this ${kind.noun}.`));
  }
  const reading = new QueryReading(query);
  const additions = new Set(kind.additions.filter((name) => reading.flag(name)));
  const names = shownKeys(kind, { isList: false, additions });
  const shown = {
    ...showObject(kind, item, { context, names }),
    ...showRest(kind, item, names),
  };
  const withPermissions = reading.flag("includePermissions");
  if (reading.faults.length > 0) {
    return err(refusal("bad-request", "The options are not as expected.", reading.faults));
  }
  return ok({
    item,
    shown: withPermissions ? { ...shown, permissions: permissionsOn(kind, item, context) } : shown,
    etag: etagOf(kind.list, item, context),
  });
}

const CODE_PREFIX = "ic:";

export function findItem<Name extends ListName>(
  kind: ResourceKind<Name>,
  given: string,
  context: ResourceContext,
): Result<Defined<Name>, Refusal> {
  const { view, pid } = context;
  const { list, noun, builtIn = [], ownedBy } = kind;
  if (given.startsWith(CODE_PREFIX) && "integrationCode" in kind.keys) {
    const code = given.slice(CODE_PREFIX.length);
    const withCode = itemsOf(kind, context).filter(
      (item) => Reflect.get(item, "integrationCode") === code,
    );
    const [only, ...others] = withCode;
    if (others.length > 0) {
      const ids = withCode.map((item) => idOf(list, item)).join(", ");
      return err(
        refusal("conflict", `Several have this integration code: ${ids}. Name one by its ID.`),
      );
    }
    if (only !== undefined) return ok(only);
    return err(refusal("not-found", `There is no ${noun} with this integration code.`));
  }
  const id = /^[0-9]{1,15}$/.test(given) ? Number(given) : -1;
  const item = view.find(list, id) ?? builtIn.find((each) => idOf(list, each) === id);
  const owner: unknown = item === undefined ? undefined : Reflect.get(item, "pid");
  const isShown = ownedBy === "installation" || owner === pid || owner === null;
  if (item === undefined || !isShown) {
    return err(refusal("not-found", `There is no ${noun} with this ID.`));
  }
  return ok(item);
}

export function etagOf<Name extends ListName>(
  list: Name,
  item: Defined<Name>,
  { recordOf }: ResourceContext,
): string {
  const { kept, version } = recordOf(list, idOf(list, item));
  return etagOfState([item, kept ?? null, version]);
}
