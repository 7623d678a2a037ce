// What clients look up and nobody changes: categories, regions, and the schemas of resources.

import type { FastifyInstance, FastifyReply, RouteShorthandOptions } from "fastify";
import type { NodeControl } from "../../../admin/node-control.ts";
import { CATEGORIES, TOP } from "../../../admin/reference/categories.ts";
import { regionsOf } from "../../../admin/reference/regions.ts";
import { ALL_KINDS, schemaOf } from "../../../admin/resources/all-kinds.ts";
import { MAPPING_KEYS } from "../../../admin/resources/destinations/mapping-keys.ts";
import type { Query } from "../../../admin/resources/list-options.ts";
import { MODEL_KEYS } from "../../../admin/resources/models/model-keys.ts";
import { type JsonSchema, refusal } from "../../../admin/resources/resource-kind.ts";
import { GroupSchema } from "../access/group-routes.ts";
import { UserSchema } from "../access/user-schemas.ts";
import { answerList, READ_ONLY } from "../list-answer.ts";
import { contextOf, describeCall } from "./add-resource.ts";
import { refuse } from "./refusals.ts";
import { answerSchema, LIST_OPTIONS, listSchemaOf, refusalSchemas } from "./resource-schemas.ts";
import { TraitTypeSchema } from "./trait-type-routes.ts";

/** Whoever is known may read what is the same for all. */
function describeLookUp(tag: string, summary: string, schema: object): RouteShorthandOptions {
  const config = { access: { needs: "caller" } } as const;
  return { config, schema: { tags: [tag], summary, ...schema } };
}

const integer: JsonSchema = { type: "integer" };
const text: JsonSchema = { type: "string" };

const CategorySchema = {
  type: "object",
  properties: {
    ...{ categoryID: integer, parentCategoryID: integer, name: text, description: text },
    ...{ crUID: integer, upUID: integer },
  },
};

interface ById {
  readonly Params: { readonly id: string };
  readonly Querystring: Query;
}
const listing = { querystring: { type: "object", properties: LIST_OPTIONS } };

export function addTaxonomyRoutes(app: FastifyInstance): void {
  const tag = "taxonomies";
  const list = { 200: listSchemaOf(CategorySchema), ...refusalSchemas(400) };
  app.get<ById>(
    "/v1/taxonomies/0",
    describeLookUp(tag, "The categories of the first level", { ...listing, response: list }),
    ({ query }, reply) => listCategories(reply, query, TOP),
  );
  const one = { response: { 200: CategorySchema, ...refusalSchemas(404) } };
  app.get<ById>(
    "/v1/taxonomies/0/:id",
    describeLookUp(tag, "A category", one),
    ({ params }, reply) => categoryOf(params.id) ?? noCategory(reply),
  );
  const children = { ...listing, response: { ...list, ...refusalSchemas(404) } };
  app.get<ById>(
    "/v1/taxonomies/0/:id/childCategories",
    describeLookUp(tag, "The categories inside one", children),
    ({ params, query }, reply) => {
      const category = categoryOf(params.id);
      if (category === undefined) return noCategory(reply);
      return listCategories(reply, query, category.categoryID);
    },
  );
}

function listCategories(reply: FastifyReply, query: Query, parent: number) {
  const items = CATEGORIES.filter(({ parentCategoryID }) => parentCategoryID === parent);
  const keys = Object.keys(CategorySchema.properties);
  return answerList(reply, query, { items, keys, permissionsOn: READ_ONLY });
}

function categoryOf(given: string) {
  return CATEGORIES.find(({ categoryID }) => String(categoryID) === given);
}

function noCategory(reply: FastifyReply): FastifyReply {
  return refuse(reply, refusal("not-found", "There is no category with this ID."));
}

const RegionSchema = {
  type: "object",
  properties: {
    ...{ regionId: integer, location: text, host: text, code: text, status: text },
    ...{ createTime: integer, updateTime: integer, crUID: integer, upUID: integer },
  },
};

export function addRegionRoutes(
  app: FastifyInstance,
  { desk, region }: Pick<NodeControl, "desk" | "region">,
): void {
  const kind = { path: "dcs-regions" };
  const all = describeCall(kind, "The regions of calls", {
    ...listing,
    response: { 200: listSchemaOf(RegionSchema), ...refusalSchemas(400) },
  });
  app.get<{ Querystring: Query }>("/v1/dcs-regions", all, async (request, reply) => {
    const { domain } = await contextOf(desk, request, reply);
    const items = regionsOf(region, domain);
    const keys = Object.keys(RegionSchema.properties);
    return answerList(reply, request.query, { items, keys, permissionsOn: READ_ONLY });
  });
  const one = describeCall(kind, "A region of calls", {
    response: { 200: RegionSchema, ...refusalSchemas(404) },
  });
  app.get<ById>("/v1/dcs-regions/:id", one, async (request, reply) => {
    const { domain } = await contextOf(desk, request, reply);
    const found = regionsOf(region, domain).find(
      (each) => String(each.regionId) === request.params.id,
    );
    return found ?? refuse(reply, refusal("not-found", "There is no region with this ID."));
  });
}

/** Of what has no table of keys, or stands inside another object. */
const OTHER_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  "destinations/mappings": answerSchema({ keys: MAPPING_KEYS }),
  models: answerSchema({ keys: MODEL_KEYS }),
  "customer-trait-types": TraitTypeSchema,
  taxonomies: CategorySchema,
  "dcs-regions": RegionSchema,
  users: { ...UserSchema },
  groups: { ...GroupSchema },
};

function describeOther(path: string, schema: JsonSchema): JsonSchema {
  const $schema = "https://json-schema.org/draft/2020-12/schema";
  return { $schema, description: `/v1/${path}/`, ...schema };
}

export function addSchemaRoutes(app: FastifyInstance): void {
  const tag = "schemas";
  app.get(
    "/v1/schemas",
    describeLookUp(tag, "The resources that have a schema", {
      response: { 200: { type: "array", items: text } },
    }),
    () => [...ALL_KINDS.map(({ path }) => path), ...Object.keys(OTHER_SCHEMAS)],
  );
  const one = describeLookUp(tag, "The JSON Schema of a resource", {
    response: { 200: { type: "object" }, ...refusalSchemas(404) },
  });
  const answer = (path: string, reply: FastifyReply) => {
    const kind = ALL_KINDS.find((each) => each.path === path);
    if (kind !== undefined) return schemaOf(kind);
    const other = Object.entries(OTHER_SCHEMAS).find(([name]) => name === path)?.[1];
    if (other !== undefined) return describeOther(path, other);
    return refuse(reply, refusal("not-found", `There is no resource ${JSON.stringify(path)}.`));
  };
  app.get<{ Params: { resource: string } }>("/v1/schemas/:resource", one, ({ params }, reply) =>
    answer(params.resource, reply),
  );
  app.get<{ Params: { group: string; resource: string } }>(
    "/v1/schemas/:group/:resource",
    one,
    ({ params }, reply) => answer(`${params.group}/${params.resource}`, reply),
  );
}
