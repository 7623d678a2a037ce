// `/v1/tokens`: tokens for programs. Each is shown once, in the answer to the call that made it.

import type { Fault } from "@dunlin/contract/workspace";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { AccessControl } from "../../../access/access.ts";
import { createToken, listTokens, revokeToken } from "../../../access/tokens.ts";
import type { Query } from "../../../admin/resources/list-options.ts";
import { type Problem, problem, sendProblem } from "../problems.ts";
import {
  answer,
  ListQuery,
  listAnswer,
  listSchema,
  PartnerQuery,
  refusals,
} from "./access-answers.ts";
import { RoleSchema, RolesSchema } from "./user-schemas.ts";

const config = {
  access: { needs: "role", role: "administrator", partnerless: "installation" },
} as const;

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 365;

const Time = Type.Integer({ minimum: 0, description: "Milliseconds since the epoch." });
const TimeOrNever = Type.Union([Time, Type.Null()]);
const isReadOnly = Type.Boolean({
  description: "For calls that change nothing, whatever its rights.",
});
const isInstallationAdministrator = Type.Boolean({ description: "Everything, everywhere." });
const RouteGroups = Type.Union(
  [Type.Array(Type.String({ maxLength: 100 }), { minItems: 1, maxItems: 50 }), Type.Null()],
  {
    description:
      "The first words of the paths that it is for, without /v1, such as `traits` or `metrics`; null: all.",
  },
);
const name = Type.String({ minLength: 1, maxLength: 255 });

const TokenSchema = Type.Object({
  id: Type.String({ description: "Its client ID at /oauth/token, too." }),
  ...{ name, isInstallationAdministrator, roles: RolesSchema, isReadOnly },
  ...{ routeGroups: RouteGroups, createTime: Time, crUID: Type.Integer() },
  expiresAt: TimeOrNever,
  lastUsedAt: Type.Union([Time, Type.Null()], { description: "Within an hour; null: never." }),
});
const MadeTokenSchema = Type.Object({
  ...TokenSchema.properties,
  token: Type.String({ description: "Shown this once." }),
});
const GivenTokenSchema = Type.Object(
  {
    name,
    role: Type.Optional(RoleSchema),
    roles: Type.Optional(RolesSchema),
    isInstallationAdministrator: Type.Optional(isInstallationAdministrator),
    isReadOnly: Type.Optional(isReadOnly),
    routeGroups: Type.Optional(RouteGroups),
    expiresAt: Type.Optional(
      Type.Union([Time, Type.Null()], { description: "A year from now if left out; null: never." }),
    ),
    expiresInDays: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 36_500, description: "In place of `expiresAt`." }),
    ),
  },
  { additionalProperties: false },
);

type GivenToken = Static<typeof GivenTokenSchema>;

export function addTokenRoutes(
  app: FastifyInstance,
  { world }: AccessControl,
  knownGroups: () => readonly string[],
): void {
  app.get<{ Querystring: Query }>(
    "/v1/tokens",
    {
      config,
      schema: {
        summary: "Tokens, without what is secret of them",
        querystring: ListQuery,
        response: { 200: listSchema(TokenSchema), ...refusals(400) },
      },
    },
    async (request, reply) => {
      const tokens = await listTokens(world, request.caller, request.partnerId);
      // They are made and revoked, and otherwise stay as they are.
      const permissions = ["READ", "CREATE", "DELETE"] as const;
      return listAnswer(reply, tokens, { query: request.query, schema: TokenSchema, permissions });
    },
  );

  addCreation(app, world, knownGroups);

  app.delete<{ Params: { readonly id: string } }>(
    "/v1/tokens/:id",
    {
      config,
      schema: {
        summary: "Revoke a token, and whatever was got with it",
        params: Type.Object({ id: Type.String({ maxLength: 100 }) }),
        querystring: PartnerQuery,
        response: { 204: Type.Null(), ...refusals(404) },
      },
    },
    async (request, reply) =>
      answer(reply, await revokeToken(world, request.caller, request.params.id), 204),
  );
}

function addCreation(
  app: FastifyInstance,
  world: AccessControl["world"],
  knownGroups: () => readonly string[],
): void {
  app.post<{ Body: GivenToken }>(
    "/v1/tokens",
    {
      config,
      schema: {
        summary: "Make a token",
        description:
          "`role` is a role with the partner of the call; `roles` are roles with partners by name.",
        querystring: PartnerQuery,
        body: GivenTokenSchema,
        response: { 201: MadeTokenSchema, ...refusals(400, 403, 409) },
      },
    },
    async (request, reply) => {
      const { name: tokenName, isReadOnly: reads, routeGroups } = request.body;
      const { expiresAt, expiresInDays } = request.body;
      const unknown = unknownGroups(routeGroups ?? [], knownGroups());
      if (unknown !== null) return sendProblem(reply, unknown);
      const made = await createToken(world, request.caller, {
        name: tokenName,
        grant: {
          isInstallationAdministrator: request.body.isInstallationAdministrator ?? false,
          roles: rolesOf(request),
        },
        limits: { isReadOnly: reads ?? false, routeGroups: routeGroups ?? null },
        expiresAt:
          expiresAt === undefined || expiresInDays !== undefined
            ? world.now() + (expiresInDays ?? DEFAULT_DAYS) * DAY_MS
            : expiresAt,
      });
      if (!made.ok) return answer(reply, made);
      return reply.code(201).send({ ...made.value.view, token: made.value.token });
    },
  );
}

/** A misspelt path would make a token that may do nothing. */
function unknownGroups(given: readonly string[], known: readonly string[]): Problem | null {
  const message = `Expected the first word of a path: one of ${known.join(", ")}.`;
  const faults = given.flatMap((group, place): Fault[] =>
    known.includes(group) ? [] : [{ at: `/routeGroups/${place}`, code: "E_VALUE", message }],
  );
  const detail = "There are no such paths; no token was made.";
  return faults.length === 0 ? null : problem(400, detail, faults);
}

function rolesOf({ body, partnerId }: FastifyRequest<{ Body: GivenToken }>) {
  const { role, roles = [] } = body;
  if (role === undefined || partnerId === null) return roles;
  return [{ pid: partnerId, role }, ...roles];
}
