// The description of a resource's calls, made from the table of its keys. It describes: bodies are read by the
// table itself, whose faults say more than a validator's.

import type {
  ApiKey,
  ApiKeys,
  JsonSchema,
  ResourceKind,
} from "../../../admin/resources/resource-kind.ts";
import type { ListName } from "../../../catalog/document-keys.ts";
import { ProblemSchema } from "../problems.ts";

type Described = ResourceKind<ListName>;

/** Whatever is described by a table of keys. */
interface Keyed {
  readonly keys: ApiKeys<never>;
}

export const IdArraySchema: JsonSchema = {
  type: "array",
  items: { type: "integer", minimum: 1 },
  minItems: 1,
};

/** An object as answers hold it. */
export function answerSchema({ keys }: Keyed): JsonSchema {
  return {
    type: "object",
    properties: Object.fromEntries(
      Object.entries(keys).map(([name, key]) => [name, describe(key)]),
    ),
  };
}

/** An object as bodies hold it. */
export function bodySchema({ keys }: Keyed): JsonSchema {
  const writable = Object.entries(keys).filter(([, key]) => key.kind !== "given");
  return {
    type: "object",
    properties: Object.fromEntries(writable.map(([name, { schema }]) => [name, schema])),
    required: writable.flatMap(([name, { isRequired }]) => (isRequired ? [name] : [])),
  };
}

const flag = { type: "boolean" };

/** What every list may be asked for. */
export const LIST_OPTIONS: JsonSchema = {
  page: { type: "integer", minimum: 0, description: "From 0." },
  pageSize: { type: "integer", minimum: 1, maximum: 1_000, default: 10 },
  sortBy: { type: "string", description: "A key of the objects in the list." },
  descending: flag,
  search: { type: "string", description: "Some value contains it, in any letter case." },
  permissions: { type: "string", enum: ["READ", "WRITE", "CREATE", "DELETE"] },
  includePermissions: flag,
};

/** `properties` of what a list may be asked for. */
export function listQuerySchema({ filters, additions }: Described): JsonSchema {
  return {
    type: "object",
    properties: {
      ...LIST_OPTIONS,
      ...Object.fromEntries(Object.entries(filters).map(([name, { schema }]) => [name, schema])),
      ...Object.fromEntries(additions.map((name) => [name, flag])),
      ...PARTNER,
    },
  };
}

export const PARTNER: JsonSchema = {
  pid: { type: "integer", description: "The partner, where the caller has to do with several." },
};

export function objectQuerySchema({ additions }: Described): JsonSchema {
  const flags = [...additions, "includePermissions"].map((name) => [name, { type: "boolean" }]);
  return { type: "object", properties: { ...Object.fromEntries(flags), ...PARTNER } };
}

/** The bare list, or a page of it. */
export function listSchema(kind: Keyed): JsonSchema {
  return listSchemaOf(answerSchema(kind));
}

export function listSchemaOf(item: JsonSchema): JsonSchema {
  const list = { type: "array", items: item };
  const count = { type: "integer" };
  const page = { total: count, page: count, pageSize: count, list };
  return { oneOf: [list, { type: "object", properties: page }] };
}

/** Whatever a call may be refused with. */
export function refusalSchemas(...statuses: readonly number[]): Record<number, unknown> {
  return Object.fromEntries(statuses.map((status) => [status, ProblemSchema]));
}

function describe({ schema, listedWith, shownWith }: ApiKey<never>): JsonSchema {
  const option = shownWith ?? listedWith;
  if (option === undefined) return schema;
  const where = shownWith === undefined ? "In lists only with" : "Only with";
  const note = `${where} \`${option}\`.`;
  const { description } = schema;
  return {
    ...schema,
    description: typeof description === "string" ? `${description} ${note}` : note,
  };
}

export const ValidationBody: JsonSchema = {
  type: "object",
  properties: { code: { type: "string", description: "The text of a rule." } },
  required: ["code"],
};

export const ValidSchema: JsonSchema = {
  type: "object",
  properties: { valid: { type: "boolean", const: true } },
};

export const LimitsSchema: JsonSchema = {
  type: "array",
  items: {
    type: "object",
    properties: {
      item: { type: "string" },
      limit: { type: "integer" },
      count: { type: "integer" },
    },
  },
};
