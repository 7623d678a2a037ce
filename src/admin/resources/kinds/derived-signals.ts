// `/v1/signals/derived/` ("Management API, reports and UI", Derived signals).

import type { DerivedSignalDefinition } from "@dunlin/contract/workspace";
import { CATALOG_LIMITS } from "../../../catalog/limits.ts";
import type { ApiKeys, JsonSchema, ResourceKind } from "../resource-kind.ts";
import { CODE, codeFilter, givenId, recordKeys, required, written } from "../shared-keys.ts";

const MAX = CATALOG_LIMITS.derivedSignalTextLength;
const KEY: JsonSchema = { type: "string", minLength: 1, maxLength: MAX };
const VALUE: JsonSchema = { type: "string", maxLength: MAX };

const KEYS: ApiKeys<DerivedSignalDefinition> = {
  derivedSignalId: givenId(),
  pid: givenId(),
  sourceKey: required(KEY),
  sourceValue: required(VALUE),
  targetKey: required(KEY),
  targetValue: required(VALUE),
  integrationCode: written(CODE),
  version: {
    kind: "given",
    schema: { type: "integer", minimum: 1, description: "One more with each change." },
    show: ({ derivedSignalId }, { recordOf }) =>
      recordOf("derivedSignals", derivedSignalId).version,
  },
  ...recordKeys("derivedSignals", ({ derivedSignalId }) => derivedSignalId),
};

export const DERIVED_SIGNALS: ResourceKind<"derivedSignals"> = {
  list: "derivedSignals",
  path: "signals/derived",
  noun: "derived signal",
  space: "derivedSignals",
  keys: KEYS,
  filters: { integrationCode: codeFilter() },
  additions: [],
  // Rights for all of them, or for none.
  rights: { objectType: "DERIVED_SIGNALS", scopeOf: () => null },
  dependents: () => [],
};
