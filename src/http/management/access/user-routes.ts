// `/v1/users`: whom a partner's administrators let in ("Management API, reports and UI", Users).

import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { AccessControl } from "../../../access/access.ts";
import {
  createUser,
  findUser,
  listUsers,
  removeUsers,
  resetPassword,
  updateUser,
} from "../../../access/users.ts";
import type { Query } from "../../../admin/resources/list-options.ts";
import { ok } from "../../../model/result.ts";
import { problem, sendProblem } from "../problems.ts";
import {
  answer,
  answerObject,
  type GivenIds,
  Ids,
  idOf,
  idsOf,
  listAnswer,
  listSchema,
  orderOf,
  PartnerQuery,
  refusals,
  UserListQuery,
} from "./access-answers.ts";
import { GivenUserSchema, NewUserSchema, TemporarySchema, UserSchema } from "./user-schemas.ts";

const config = { access: { needs: "role", role: "administrator" } } as const;
const params = Type.Object({ userId: Type.String() });

interface OfUser {
  readonly Params: { readonly userId: string };
}

export function addUserRoutes(app: FastifyInstance, { world }: AccessControl): void {
  app.get<{ Querystring: Query }>(
    "/v1/users",
    {
      config,
      schema: {
        summary: "Users of the partner",
        description: "With `groupId`, once or more often: members of any of these groups.",
        querystring: UserListQuery,
        response: { 200: listSchema(UserSchema), ...refusals(400) },
      },
    },
    async (request, reply) => {
      const groups = idsOf(request.query, "groupId");
      if (groups === null) {
        const fault = { at: "/groupId", code: "E_VALUE", message: "Expected IDs of groups." };
        return sendProblem(reply, problem(400, fault.message, [fault]));
      }
      const users = await listUsers(world, orderOf(request).pid, groups);
      return listAnswer(reply, users, { query: request.query, schema: UserSchema });
    },
  );

  app.post<{ Body: Static<typeof NewUserSchema> }>(
    "/v1/users",
    {
      config,
      schema: {
        summary: "Let somebody in",
        description:
          "No mail is sent: `temporaryPassword` is shown this once, to be handed over. It is good for 24 hours, and for choosing another.",
        querystring: PartnerQuery,
        body: NewUserSchema,
        response: { 201: TemporarySchema, ...refusals(400, 403, 409) },
      },
    },
    async (request, reply) => {
      const made = await createUser(world, orderOf(request), request.body);
      if (!made.ok) return answer(reply, made);
      const { user, temporaryPassword } = made.value;
      answerObject(reply, ok(user), { location: `/v1/users/${user.userId}` });
      return { ...user, temporaryPassword };
    },
  );

  app.post<{ Body: GivenIds }>(
    "/v1/users/bulk-delete",
    {
      config,
      schema: {
        summary: "Remove users: all or none",
        querystring: PartnerQuery,
        body: Ids,
        response: { 204: Type.Null(), ...refusals(400, 403, 404, 409) },
      },
    },
    async (request, reply) =>
      answer(reply, await removeUsers(world, orderOf(request), request.body.map(Number)), 204),
  );
  addSingleUserRoutes(app, { world });
}

function addSingleUserRoutes(app: FastifyInstance, { world }: Pick<AccessControl, "world">): void {
  app.get<OfUser>(
    "/v1/users/:userId",
    {
      config,
      schema: {
        summary: "One user",
        params,
        querystring: PartnerQuery,
        response: { 200: UserSchema, ...refusals(404) },
      },
    },
    async (request, reply) => {
      const { pid } = orderOf(request);
      return answerObject(reply, await findUser(world, pid, idOf(request.params.userId)));
    },
  );

  app.put<OfUser & { Body: Static<typeof GivenUserSchema> }>(
    "/v1/users/:userId",
    {
      config,
      schema: {
        summary: "Change a user",
        description: "What is left out stays. `status` locks and lets in again.",
        ...{ params, querystring: PartnerQuery, body: GivenUserSchema },
        response: { 200: UserSchema, ...refusals(400, 403, 404, 409, 412) },
      },
    },
    async (request, reply) => {
      const id = idOf(request.params.userId);
      return answerObject(reply, await updateUser(world, orderOf(request), id, request.body));
    },
  );

  app.delete<OfUser>(
    "/v1/users/:userId",
    {
      config,
      schema: {
        summary: "Remove a user",
        description: "409 for the last administrator of a partner.",
        ...{ params, querystring: PartnerQuery },
        response: { 204: Type.Null(), ...refusals(403, 404, 409, 412) },
      },
    },
    async (request, reply) => {
      const id = idOf(request.params.userId);
      return answer(reply, await removeUsers(world, orderOf(request), [id]), 204);
    },
  );

  addPasswordRoute(app, { world });
}

function addPasswordRoute(app: FastifyInstance, { world }: Pick<AccessControl, "world">): void {
  app.post<OfUser>(
    "/v1/users/:userId/reset-password",
    {
      config,
      schema: {
        summary: "Give a user a temporary password",
        description: "Shown this once; good for 24 hours. Whatever the user had open ends.",
        ...{ params, querystring: PartnerQuery },
        response: {
          200: Type.Object({ temporaryPassword: Type.String() }),
          ...refusals(403, 404),
        },
      },
    },
    async (request, reply) => {
      const id = idOf(request.params.userId);
      return answer(reply, await resetPassword(world, orderOf(request), id));
    },
  );
}
