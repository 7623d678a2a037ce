// What callers may ask and change of themselves.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { AccessControl } from "../../../access/access.ts";
import { askForReset, findSelf } from "../../../access/own-user.ts";
import { changeOwnPassword } from "../../../access/sign-in/own-password.ts";
import { updateOwnUser } from "../../../access/users.ts";
import { answer, answerObject, refusals } from "./access-answers.ts";
import { callerAddress } from "./caller-address.ts";
import { OwnUserSchema, UserSchema } from "./user-schemas.ts";

const config = { access: { needs: "caller" } } as const;

const PasswordSchema = Type.Object(
  { oldPassword: Type.String({ maxLength: 255 }), newPassword: Type.String({ maxLength: 255 }) },
  { additionalProperties: false },
);
const DoneSchema = Type.Object({ changed: Type.Literal(true) });
const AskedSchema = Type.Object({
  sent: Type.Literal(false, { description: "No mail is sent: an administrator sees the wish." }),
});

type OwnUserCall = FastifyRequest<{ Body: Static<typeof OwnUserSchema> }>;

export function addOwnUserRoutes(app: FastifyInstance, access: AccessControl): void {
  const { world, signIn } = access;

  app.get(
    "/v1/users/self",
    {
      config,
      schema: {
        summary: "Whoever calls",
        description: "Of a token that no user stands behind, one with the ID 0 and its name.",
        response: { 200: UserSchema },
      },
    },
    async ({ caller }, reply) => answerObject(reply, await findSelf(world, caller)),
  );

  const change = async (request: OwnUserCall, reply: FastifyReply) => {
    const { caller, headers, body } = request;
    const ifMatch = headers["if-match"] ?? null;
    return answerObject(reply, await updateOwnUser(world, { caller, ifMatch }, body));
  };
  for (const url of ["/v1/self/update", "/v1/users/self"]) {
    app.put(
      url,
      {
        config,
        schema: {
          summary: "Change one's own names and addresses",
          body: OwnUserSchema,
          response: { 200: UserSchema, ...refusals(400, 404, 412) },
        },
      },
      change,
    );
  }

  app.post<{ Body: Static<typeof PasswordSchema> }>(
    "/v1/users/self/update-password",
    {
      config,
      schema: {
        summary: "Change one's own password",
        description: "Every session ends, and every token that was got with the old one.",
        body: PasswordSchema,
        response: { 200: DoneSchema, ...refusals(400, 404) },
      },
    },
    async (request, reply) => {
      const given = { ...request.body, address: callerAddress(request) };
      const done = await changeOwnPassword({ world, signIn }, request.caller, given);
      return done.ok ? { changed: true as const } : answer(reply, done);
    },
  );

  app.post(
    "/v1/self/reset-password",
    {
      config,
      schema: {
        summary: "Ask for a temporary password",
        description: "The wish stands in the audit log, where administrators see it.",
        response: { 200: AskedSchema, ...refusals(404) },
      },
    },
    async ({ caller }, reply) => {
      const asked = await askForReset(world, caller);
      return asked.ok ? { sent: false as const } : answer(reply, asked);
    },
  );
}
