// Reading mappings: those of a destination with the options of all lists, and single ones.

import { err, ok, type Result } from "../../../model/result.ts";
import { DESTINATIONS } from "../kinds/destinations.ts";
import { applyListOptions, type Query, readListOptions } from "../list-options.ts";
import { may } from "../may.ts";
import { findItem, type Listed } from "../read-resources.ts";
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
): Result<Listed, Refusal> {
  const found = findReadable(given, context);
  if (!found.ok) return found;
  const options = readListOptions(query, Object.keys(MAPPING_KEYS));
  if (!options.ok) {
    const detail = "The options of the list are not as expected.";
    return err(refusal("bad-request", detail, options.error));
  }
  const destination = found.value;
  return ok(
    applyListOptions(destination.mappings, options.value, (mapping) =>
      showMapping({ destination, mapping }, context),
    ),
  );
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
