// Reading mappings: those of a destination with the options of all lists, and single ones.

import { err, ok, type Result } from "../../../model/result.ts";
import { DESTINATIONS } from "../kinds/destinations.ts";
import { listPlain, OBJECT_PERMISSIONS, type Page, type Query } from "../list-options.ts";
import { may } from "../may.ts";
import { findItem } from "../read-resources.ts";
import { type ApiObject, type Refusal, type ResourceContext, refusal } from "../resource-kind.ts";
import {
  findMappingIn,
  MAPPING_KEYS,
  type MappedItem,
  mappingEtag,
  showMapping,
} from "./mapping-keys.ts";

export function listMappings(
  { given, query }: { readonly given: string; readonly query: Query },
  context: ResourceContext,
): Result<readonly object[] | Page<object>, Refusal> {
  const found = findReadable(given, context);
  if (!found.ok) return found;
  const destination = found.value;
  // Whoever may change a destination makes, changes and deletes its mappings.
  const isChanging = may(DESTINATIONS, "WRITE", { item: destination, context });
  const listed = listPlain(query, {
    items: destination.mappings,
    keys: Object.keys(MAPPING_KEYS),
    permissionsOn: () => (isChanging ? OBJECT_PERMISSIONS : ["READ"]),
    show: (mapping) => showMapping({ destination, mapping }, context),
  });
  const detail = "The options of the list are not as expected.";
  return listed.ok ? listed : err(refusal("bad-request", detail, listed.error));
}

export interface FoundMapping {
  readonly shown: ApiObject;
  readonly etag: string;
}

export function findMapping(
  { destination: given, mapping }: { readonly destination: string; readonly mapping: string },
  context: ResourceContext,
): Result<FoundMapping, Refusal> {
  const found = findReadable(given, context);
  if (!found.ok) return found;
  const destination = found.value;
  const own = findMappingIn(destination, mapping);
  if (own === undefined) return err(refusal("not-found", "There is no mapping with this ID."));
  const item: MappedItem = { destination, mapping: own };
  return ok({ shown: showMapping(item, context), etag: mappingEtag(item, context) });
}

export function findReadable(given: string, context: ResourceContext) {
  const found = findItem(DESTINATIONS, given, context);
  if (!found.ok || may(DESTINATIONS, "READ", { item: found.value, context })) return found;
  return err(refusal("forbidden", "The caller may not read this destination."));
}
