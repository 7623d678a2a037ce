// `/v1/customer-trait-types`: labels for traits ("Management API, reports and UI", Trait types).

import type { Fault } from "@dunlin/contract/workspace";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { isAtLeast } from "../../../access/caller.ts";
import type { NewTraitType, TraitTypes } from "../../../admin/reference/trait-types.ts";
import type { Query } from "../../../admin/resources/list-options.ts";
import { refusal } from "../../../admin/resources/resource-kind.ts";
import { CATALOG_LIMITS } from "../../../catalog/limits.ts";
import { err, ok, type Result } from "../../../model/result.ts";
import { answerList } from "../list-answer.ts";
import { askerOf, WITH_RIGHTS } from "./add-resource.ts";
import { refuse } from "./refusals.ts";
import { LIST_OPTIONS, listSchemaOf, refusalSchemas } from "./resource-schemas.ts";

const integer = { type: "integer" };
const name = { type: "string", maxLength: CATALOG_LIMITS.nameLength };
export const TraitTypeSchema = {
  type: "object",
  properties: {
    ...{ pixelType: integer, pid: { ...integer, description: "0: built in." }, name },
    description: { type: ["string", "null"], maxLength: CATALOG_LIMITS.textLength },
    ...{ crUID: integer, upUID: integer, createTime: integer, updateTime: integer },
  },
};
const BodySchema = {
  type: "object",
  properties: { name, description: TraitTypeSchema.properties.description },
  required: ["name"],
};

const tags = ["customer-trait-types"];
const OF_EDITORS = { access: { needs: "role", role: "editor" } } as const;

export function addTraitTypeRoutes(app: FastifyInstance, types: TraitTypes): void {
  const base = "/v1/customer-trait-types";
  app.get<{ Querystring: Query }>(
    base,
    {
      ...WITH_RIGHTS,
      schema: {
        ...{ tags, summary: "Types of traits, built-in and own" },
        querystring: { type: "object", properties: LIST_OPTIONS },
        response: { 200: listSchemaOf(TraitTypeSchema), ...refusalSchemas(400) },
      },
    },
    async (request, reply) => {
      const { caller, pid } = askerOf(request);
      const mayMake = isAtLeast(caller.rights.roleWith(pid), "editor");
      return answerList(reply, request.query, {
        items: await listed(types, request),
        keys: Object.keys(TraitTypeSchema.properties),
        // They are made, and then stay.
        permissionsOn: () => (mayMake ? ["READ", "CREATE"] : ["READ"]),
      });
    },
  );
  app.get<{ Params: { id: string } }>(
    `${base}/:id`,
    {
      ...WITH_RIGHTS,
      schema: {
        ...{ tags, summary: "A type of traits" },
        response: { 200: TraitTypeSchema, ...refusalSchemas(404) },
      },
    },
    async (request, reply) => {
      const all = await listed(types, request);
      const found = all.find(({ pixelType }) => String(pixelType) === request.params.id);
      return found ?? refuse(reply, refusal("not-found", "There is no trait type with this ID."));
    },
  );
  app.post(
    base,
    {
      config: OF_EDITORS,
      schema: {
        ...{ tags, summary: "Make a type of traits", body: BodySchema },
        response: { 201: TraitTypeSchema, ...refusalSchemas(400, 409) },
      },
    },
    async (request, reply) => {
      const { caller, pid } = askerOf(request);
      const read = readBody(request.body, pid);
      if (!read.ok) {
        const detail = "The trait type is not as expected; nothing was made.";
        return refuse(reply, refusal("bad-request", detail, read.error));
      }
      const made = await types.create(read.value, caller);
      if (!made.ok) return refuse(reply, made.error);
      const { pixelType } = made.value;
      return reply.code(201).header("location", `${base}/${pixelType}`).send(made.value);
    },
  );
}

function listed(types: TraitTypes, request: FastifyRequest) {
  return types.list(askerOf(request).pid);
}

function readBody(body: unknown, pid: number): Result<NewTraitType, readonly Fault[]> {
  const { name: given, description = null } = Object(body);
  const faults: Fault[] = [];
  if (!isText(given, CATALOG_LIMITS.nameLength) || given.trim() === "") {
    const message = `Expected a name of up to ${CATALOG_LIMITS.nameLength} characters.`;
    faults.push({ at: "/name", code: given === undefined ? "E_MISSING_KEY" : "E_VALUE", message });
  }
  if (description !== null && !isText(description, CATALOG_LIMITS.textLength)) {
    const message = "Expected a text as `description`, or null.";
    faults.push({ at: "/description", code: "E_VALUE", message });
  }
  return faults.length > 0 ? err(faults) : ok({ pid, name: given, description });
}

function isText(value: unknown, most: number): value is string {
  return typeof value === "string" && value.length <= most;
}
