// Every resource that is made of a table of keys: what `/v1/schemas/` describes.

import type { ListName } from "../../catalog/document-keys.ts";
import { DATA_SOURCES } from "./kinds/data-sources.ts";
import { DERIVED_SIGNALS } from "./kinds/derived-signals.ts";
import { DESTINATIONS } from "./kinds/destinations.ts";
import { SEGMENT_FOLDERS, TRAIT_FOLDERS } from "./kinds/folders.ts";
import { ID_SYNCS } from "./kinds/id-syncs.ts";
import { MERGE_RULES } from "./kinds/merge-rules.ts";
import { PARTNER_SITES } from "./kinds/partner-sites.ts";
import { PARTNERS } from "./kinds/partners.ts";
import { SEGMENTS } from "./kinds/segments.ts";
import { TRAITS } from "./kinds/traits.ts";
import type { JsonSchema, ResourceKind } from "./resource-kind.ts";

type AnyKind = ResourceKind<ListName>;
/** What is said of a kind does not depend on the types of its objects. */
const ofAny = <Name extends ListName>(kind: ResourceKind<Name>) => kind as unknown as AnyKind;

export const ALL_KINDS: readonly AnyKind[] = [
  ...[ofAny(TRAITS), ofAny(SEGMENTS), ofAny(TRAIT_FOLDERS), ofAny(SEGMENT_FOLDERS)],
  ...[ofAny(DATA_SOURCES), ofAny(DERIVED_SIGNALS), ofAny(PARTNER_SITES), ofAny(MERGE_RULES)],
  ...[ofAny(ID_SYNCS), ofAny(PARTNERS), ofAny(DESTINATIONS)],
];

/** The object of a resource as a JSON Schema: `readOnly` is what only answers hold. */
export function schemaOf({ keys, noun, path }: AnyKind): JsonSchema {
  const properties = Object.entries(keys).map(([name, { schema, kind }]) => [
    name,
    kind === "given" ? { ...schema, readOnly: true } : schema,
  ]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: noun,
    description: `/v1/${path}/`,
    type: "object",
    properties: Object.fromEntries(properties),
    required: Object.entries(keys).flatMap(([name, { isRequired }]) => (isRequired ? [name] : [])),
    additionalProperties: false,
  };
}
