// Sessions of the console: login, logout, and who is signed in.

import type { FastifyInstance, FastifyReply } from "fastify";
import { type Static, Type } from "typebox";
import type { AccessControl } from "../../../access/access.ts";
import { findSelf } from "../../../access/own-user.ts";
import { csrfTokenOf } from "../../../access/sign-in/sessions.ts";
import { problem, sendProblem } from "../problems.ts";
import { answer, refusals } from "./access-answers.ts";
import { callerAddress } from "./caller-address.ts";
import { clearCookie, comesFromHere, sessionSecret, setCookie } from "./session-cookie.ts";
import { UserSchema } from "./user-schemas.ts";

const LoginSchema = Type.Object(
  { username: Type.String({ maxLength: 255 }), password: Type.String({ maxLength: 255 }) },
  { additionalProperties: false },
);
const SessionSchema = Type.Object({
  user: UserSchema,
  csrfToken: Type.Union([Type.String(), Type.Null()], {
    description: "For `X-CSRF-Token` of calls that change something; null with a bearer token.",
  }),
});

const SECOND_MS = 1_000;
const WRONG = "The name or the password is wrong, or the user is locked.";

export function addSessionRoutes(app: FastifyInstance, access: AccessControl): void {
  const { signIn, sessions, world } = access;

  app.post<{ Body: Static<typeof LoginSchema> }>(
    "/login",
    {
      config: { access: { needs: "nothing" }, acceptsForm: true },
      schema: {
        ...{ summary: "Begin a session", body: LoginSchema, security: [] },
        description: "JSON or a form. The session is in a cookie that scripts cannot read.",
        response: { 200: SessionSchema, ...refusals(401, 403, 429) },
      },
    },
    async (request, reply) => {
      if (!comesFromHere(request)) return sendProblem(reply, problem(403, STRANGE_PAGE));
      const checked = await signIn.check({ ...request.body, address: callerAddress(request) });
      if (!checked.ok) {
        if (checked.error.kind === "wrong") return sendProblem(reply, problem(401, WRONG));
        const { retryMs } = checked.error;
        reply.header("retry-after", Math.ceil(retryMs / SECOND_MS));
        return sendProblem(reply, problem(429, "Too many tries; wait a little."));
      }
      const secret = await sessions.begin(checked.value, sessionSecret(request));
      setCookie(request, reply, secret);
      const open = await sessions.find(secret);
      return open === null
        ? sendProblem(reply, problem(401, WRONG))
        : sessionAnswer(reply, access, { caller: open.caller, secret });
    },
  );

  app.post(
    "/logout",
    {
      config: { access: { needs: "caller" } },
      schema: {
        summary: "End the session",
        response: { 204: Type.Null(), ...refusals(401, 403) },
      },
    },
    async (request, reply) => {
      const secret = sessionSecret(request);
      if (secret !== null) await sessions.end(secret);
      clearCookie(request, reply);
      return reply.code(204).send();
    },
  );

  app.get(
    "/session",
    {
      config: { access: { needs: "caller" } },
      schema: {
        summary: "Who is signed in",
        response: { 200: SessionSchema, ...refusals(401) },
      },
    },
    async (request, reply) => {
      const { caller } = request;
      const secret = request.headers.authorization === undefined ? sessionSecret(request) : null;
      return sessionAnswer(reply, { world }, { caller, secret });
    },
  );
}

const STRANGE_PAGE = "The call comes from a page of another site.";

async function sessionAnswer(
  reply: FastifyReply,
  { world }: Pick<AccessControl, "world">,
  { caller, secret }: { caller: Parameters<typeof findSelf>[1]; secret: string | null },
) {
  const user = await findSelf(world, caller);
  if (!user.ok) return answer(reply, user);
  return { user: user.value, csrfToken: secret === null ? null : csrfTokenOf(secret) };
}
