// `/v1/id-syncs/` ("Management API, reports and UI", Own resources).

import type { IdSyncDefinition } from "@dunlin/contract/workspace";
import { CATALOG_LIMITS } from "../../../catalog/limits.ts";
import type { ApiKeys, JsonSchema, ResourceKind } from "../resource-kind.ts";
import { givenId, ID, idFilter, recordKeys, required, written } from "../shared-keys.ts";

const FLAG: JsonSchema = { type: "boolean" };

const KEYS: ApiKeys<IdSyncDefinition> = {
  idSyncId: givenId(),
  pid: givenId(),
  container: written({
    type: "integer",
    minimum: 0,
    maximum: CATALOG_LIMITS.container,
    description: "Pages ask for the syncs of one container; 0 if left out.",
  }),
  dataSourceId: required(ID),
  ttlMinutes: written({
    type: "integer",
    minimum: 0,
    maximum: CATALOG_LIMITS.syncTtlMinutes,
    description: "How long a page does not sync again; 10080 if left out.",
  }),
  tag: written({ type: "string", enum: ["img", "iframe"] }),
  fireURLSync: written(FLAG),
  syncOnPage: written(FLAG),
  passConsent: written(FLAG),
  urls: required({
    type: "array",
    items: { type: "string" },
    minItems: 1,
    maxItems: CATALOG_LIMITS.urlsPerIdSync,
  }),
  ...recordKeys("idSyncs", ({ idSyncId }) => idSyncId),
};

export const ID_SYNCS: ResourceKind<"idSyncs"> = {
  list: "idSyncs",
  path: "id-syncs",
  noun: "ID sync",
  space: "idSyncs",
  keys: KEYS,
  filters: {
    dataSourceId: idFilter("dataSourceId", ({ dataSourceId }) => dataSourceId),
    container: idFilter("container", ({ container }) => container),
  },
  additions: [],
  rights: null,
  dependents: () => [],
};
