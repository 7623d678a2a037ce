// Keys that the objects of several resources have in common, and the small builders of the tables.

import type { ListName } from "../../catalog/document-keys.ts";
import { CATALOG_LIMITS } from "../../catalog/limits.ts";
import type { ObjectRecord } from "../../control/object-records.ts";
import type { ApiKey, ApiKeys, JsonSchema, ListFilter } from "./resource-kind.ts";

export const TIME: JsonSchema = { type: "integer", description: "Milliseconds since the epoch." };
export const ID: JsonSchema = { type: "integer", minimum: 1 };
export const NAME: JsonSchema = { type: "string", maxLength: CATALOG_LIMITS.nameLength };
export const TEXT: JsonSchema = { type: "string", maxLength: CATALOG_LIMITS.textLength };
export const CODE: JsonSchema = {
  type: ["string", "null"],
  maxLength: CATALOG_LIMITS.integrationCodeLength,
};
export const STATUS: JsonSchema = { type: "string", enum: ["ACTIVE", "INACTIVE"] };

/** Stands in the document as in the API. */
export const written = (schema: JsonSchema): ApiKey<never> => ({ kind: "written", schema });

export const required = (schema: JsonSchema): ApiKey<never> => ({
  kind: "written",
  schema,
  isRequired: true,
});

/** Kept with the object's record, because the workspace has no such key. */
export const kept = (schema: JsonSchema, fallback: unknown): ApiKey<never> => ({
  kind: "kept",
  schema,
  fallback,
});

/** One answer for all: what this server has no use for, and clients expect to find. */
export const constant = (schema: JsonSchema, value: unknown): ApiKey<never> => ({
  kind: "given",
  schema,
  show: () => value,
});

/** The ID that the server gives. A body may name it, where somebody sends back what they read. */
export const givenId = (): ApiKey<never> => ({ kind: "given", schema: ID });

/** Who made an object, who changed it last, and when. */
export function recordKeys<Item>(list: ListName, idOf: (item: Item) => number): ApiKeys<Item> {
  const show = (of: (record: ObjectRecord) => unknown) =>
    ({
      show: (item, context) => of(context.recordOf(list, idOf(item))),
    }) satisfies Pick<ApiKey<Item>, "show">;
  const user: JsonSchema = { type: "integer", description: "A user; 0 where none stands behind." };
  return {
    createTime: { kind: "given", schema: TIME, ...show(({ createTime }) => createTime) },
    updateTime: { kind: "given", schema: TIME, ...show(({ updateTime }) => updateTime) },
    crUID: { kind: "given", schema: user, ...show(({ crUID }) => crUID) },
    upUID: { kind: "given", schema: user, ...show(({ upUID }) => upUID) },
  };
}

/** Keeps the items whose key holds one of the IDs of an option that may be given more than once. */
export function idFilter<Item>(
  option: string,
  of: (item: Item) => number | null,
): ListFilter<Item> {
  return {
    schema: { type: "integer" },
    read: (query) => {
      const wanted = new Set(query.ids(option));
      if (wanted.size === 0) return null;
      return (item) => {
        const id = of(item);
        return id !== null && wanted.has(id);
      };
    },
  };
}

export function codeFilter<
  Item extends { readonly integrationCode: string | null },
>(): ListFilter<Item> {
  return {
    schema: { type: "string" },
    read: (query) => {
      const code = query.text("integrationCode");
      return code === null ? null : (item) => item.integrationCode === code;
    },
  };
}
