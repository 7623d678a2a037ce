// Rights of groups for single objects, and the words for them.

import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { AccessWorld } from "../../../access/access-world.ts";
import type { ObjectType, Permission } from "../../../access/caller.ts";
import { groupPermissions, setGroupPermissions } from "../../../access/groups.ts";
import { VOCABULARIES } from "../../../access/permissions.ts";
import { problem, sendProblem } from "../problems.ts";
import { answerObject, idOf, orderOf, PartnerQuery, refusals } from "./access-answers.ts";

const config = { access: { needs: "role", role: "administrator" } } as const;
const params = Type.Object({ groupId: Type.String() });

const literals = <T extends string>(values: readonly T[]) =>
  Type.Unsafe<T>({ type: "string", enum: values });

const TYPES: readonly ObjectType[] = ["SEGMENT", "TRAIT", "DESTINATION", "DERIVED_SIGNALS"];
const PERMISSIONS: readonly Permission[] = [
  ...(["READ", "WRITE", "CREATE", "DELETE"] as const),
  ...(["MAP_TO_SEGMENTS", "MAP_TO_MODELS", "MAP_TO_DESTINATION"] as const),
];

const PERMISSION = {
  objectType: literals(TYPES),
  permissions: Type.Array(literals(PERMISSIONS), { maxItems: PERMISSIONS.length }),
};
const PermissionsSchema = Type.Array(
  Type.Object({
    objectId: Type.Integer({
      description: "Of traits and segments, their data source; of a destination, its ID.",
    }),
    ...PERMISSION,
  }),
);
const GivenPermissionsSchema = Type.Array(
  Type.Object(
    {
      // The documented sample has a text among its numbers.
      objectId: Type.Union([
        Type.Integer({ minimum: 1 }),
        Type.String({ pattern: "^[0-9]{1,12}$" }),
      ]),
      ...PERMISSION,
    },
    { additionalProperties: false },
  ),
  { maxItems: 10_000 },
);

interface OfGroup {
  readonly Params: { readonly groupId: string };
}

export function addGroupPermissionRoutes(app: FastifyInstance, world: AccessWorld): void {
  app.get<OfGroup>(
    "/v1/groups/:groupId/permissions",
    {
      config,
      schema: {
        ...{ summary: "What a group may do with single objects", params },
        querystring: PartnerQuery,
        response: { 200: PermissionsSchema, ...refusals(400) },
      },
    },
    async (request, reply) => {
      const id = idOf(request.params.groupId);
      const found = await groupPermissions(world, orderOf(request), id);
      // As documented: a group that is out of reach is a malformed question.
      if (!found.ok) return sendProblem(reply, problem(400, found.error.message));
      return answerObject(reply, found);
    },
  );

  app.put<OfGroup & { Body: Static<typeof GivenPermissionsSchema> }>(
    "/v1/groups/:groupId/permissions",
    {
      config,
      schema: {
        summary: "Replace the whole list",
        ...{ params, querystring: PartnerQuery, body: GivenPermissionsSchema },
        response: { 200: PermissionsSchema, ...refusals(400, 403, 404, 412) },
      },
    },
    async (request, reply) => {
      const id = idOf(request.params.groupId);
      const given = request.body.map((each) => ({ ...each, objectId: Number(each.objectId) }));
      return answerObject(reply, await setGroupPermissions(world, orderOf(request), id, given));
    },
  );
}

const VocabularySchema = Type.Object({
  wildcard: Type.Array(Type.String()),
  perObject: Type.Array(Type.String()),
});

export function addVocabularyRoutes(app: FastifyInstance): void {
  app.get(
    "/v1/permissionable-object-types",
    {
      config: { access: { needs: "caller" } },
      schema: {
        summary: "What rights can be given for",
        response: { 200: Type.Array(Type.String()) },
      },
    },
    async () => Object.keys(VOCABULARIES),
  );

  app.get<{ Params: { readonly objectType: string } }>(
    "/v1/permissionable-object-types/:objectType",
    {
      config: { access: { needs: "caller" } },
      schema: {
        summary: "The words of the rights for one type",
        params: Type.Object({ objectType: Type.String() }),
        response: { 200: VocabularySchema, ...refusals(404) },
      },
    },
    async ({ params: { objectType } }, reply) => {
      const found = Object.entries(VOCABULARIES).find(([type]) => type === objectType);
      return found?.[1] ?? sendProblem(reply, problem(404, "There is no such type of objects."));
    },
  );
}
