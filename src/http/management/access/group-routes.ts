// `/v1/groups`: groups, their members, and what they may do with which objects.

import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { AccessControl } from "../../../access/access.ts";
import type { AccessWorld } from "../../../access/access-world.ts";
import {
  createGroup,
  findGroup,
  listGroups,
  removeGroups,
  updateGroup,
} from "../../../access/groups.ts";
import type { Query } from "../../../admin/resources/list-options.ts";
import {
  answer,
  answerObject,
  type GivenIds,
  Ids,
  idOf,
  ListQuery,
  listAnswer,
  listSchema,
  orderOf,
  PartnerQuery,
  refusals,
} from "./access-answers.ts";
import { addGroupPermissionRoutes } from "./permission-routes.ts";

const config = { access: { needs: "role", role: "administrator" } } as const;
const params = Type.Object({ groupId: Type.String() });

const MAX_TEXT = 255;
const text = Type.String({ maxLength: MAX_TEXT });
const name = Type.String({ minLength: 1, maxLength: MAX_TEXT });
const ids = Type.Array(Type.Integer({ minimum: 1 }), { maxItems: 1_000 });
const wildcards = Type.Array(Type.String({ maxLength: MAX_TEXT }), { maxItems: 100 });

export const GroupSchema = Type.Object({
  ...{ groupId: Type.Integer(), pid: Type.Integer(), name, description: text },
  ...{ membershipCount: Type.Integer(), wildcards, users: ids },
});

const GIVEN = {
  description: Type.Optional(text),
  wildcards: Type.Optional(wildcards),
  users: Type.Optional(ids),
  groupId: Type.Optional(Type.Integer()),
  pid: Type.Optional(Type.Integer()),
  membershipCount: Type.Optional(Type.Integer()),
};
const NewGroupSchema = Type.Object({ name, ...GIVEN }, { additionalProperties: false });
const GivenGroupSchema = Type.Object(
  { name: Type.Optional(name), ...GIVEN },
  { additionalProperties: false },
);

interface OfGroup {
  readonly Params: { readonly groupId: string };
}

export function addGroupRoutes(app: FastifyInstance, { world }: AccessControl): void {
  app.get<{ Querystring: Query }>(
    "/v1/groups",
    {
      config,
      schema: {
        summary: "Groups of the partner",
        querystring: ListQuery,
        response: { 200: listSchema(GroupSchema), ...refusals(400) },
      },
    },
    async (request, reply) => {
      const groups = await listGroups(world, orderOf(request).pid);
      return listAnswer(reply, groups, { query: request.query, schema: GroupSchema });
    },
  );

  app.post<{ Body: Static<typeof NewGroupSchema> }>(
    "/v1/groups",
    {
      config,
      schema: {
        ...{ summary: "Make a group", querystring: PartnerQuery, body: NewGroupSchema },
        response: { 201: GroupSchema, ...refusals(400, 409) },
      },
    },
    async (request, reply) => {
      const made = await createGroup(world, orderOf(request), request.body);
      const location = `/v1/groups/${made.ok ? made.value.groupId : ""}`;
      return answerObject(reply, made, { location });
    },
  );

  // The documents delete groups by DELETE, and everything else by POST.
  app.route<{ Body: GivenIds }>({
    ...{ method: ["DELETE", "POST"], url: "/v1/groups/bulk-delete", config },
    schema: {
      ...{ summary: "Remove groups: all or none", querystring: PartnerQuery, body: Ids },
      response: { 204: Type.Null(), ...refusals(400, 404) },
    },
    handler: async (request, reply) =>
      answer(reply, await removeGroups(world, orderOf(request), request.body.map(Number)), 204),
  });

  addSingleGroupRoutes(app, world);
  addGroupPermissionRoutes(app, world);
}

function addSingleGroupRoutes(app: FastifyInstance, world: AccessWorld): void {
  app.get<OfGroup>(
    "/v1/groups/:groupId",
    {
      config,
      schema: {
        ...{ summary: "One group", params, querystring: PartnerQuery },
        response: { 200: GroupSchema, ...refusals(404) },
      },
    },
    async (request, reply) => {
      const id = idOf(request.params.groupId);
      return answerObject(reply, await findGroup(world, orderOf(request), id));
    },
  );

  app.put<OfGroup & { Body: Static<typeof GivenGroupSchema> }>(
    "/v1/groups/:groupId",
    {
      config,
      schema: {
        summary: "Change a group, its members, its wildcards",
        description: "What is left out stays; `users` are all members.",
        ...{ params, querystring: PartnerQuery, body: GivenGroupSchema },
        response: { 200: GroupSchema, ...refusals(400, 404, 409, 412) },
      },
    },
    async (request, reply) => {
      const id = idOf(request.params.groupId);
      return answerObject(reply, await updateGroup(world, orderOf(request), id, request.body));
    },
  );

  app.delete<OfGroup>(
    "/v1/groups/:groupId",
    {
      config,
      schema: {
        summary: "Remove a group: its members lose what only it gave them",
        ...{ params, querystring: PartnerQuery },
        response: { 204: Type.Null(), ...refusals(404, 412) },
      },
    },
    async (request, reply) => {
      const id = idOf(request.params.groupId);
      return answer(reply, await removeGroups(world, orderOf(request), [id]), 204);
    },
  );
}
