// `POST /oauth/token`, as older clients know it, with the errors of RFC 6749.

import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { AccessControl } from "../../../access/access.ts";
import type { GrantFault } from "../../../access/sign-in/token-grants.ts";
import { callerAddress } from "./caller-address.ts";

const TokenAnswer = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal("bearer"),
  refresh_token: Type.Optional(Type.String()),
  expires_in: Type.Integer({ description: "Seconds." }),
  scope: Type.String(),
});
const ErrorAnswer = Type.Object({ error: Type.String(), error_description: Type.String() });

const SECOND_MS = 1_000;

const STATUSES: Readonly<Record<GrantFault["error"], number>> = {
  invalid_client: 401,
  invalid_grant: 400,
  invalid_request: 400,
  unsupported_grant_type: 400,
  too_often: 429,
};

type Form = Readonly<Record<string, unknown>>;

export function addOauthRoutes(app: FastifyInstance, { grants }: AccessControl): void {
  app.post<{ Body: Form | undefined }>(
    "/oauth/token",
    {
      config: { access: { needs: "nothing" }, acceptsForm: true },
      schema: {
        summary: "Get a token that lives a day",
        description:
          "A form with `grant_type`: `client_credentials`, `password` with `username` and `password`, or `refresh_token` with `refresh_token`. HTTP Basic gives the client: the ID of a token, and the token.",
        security: [],
        response: { 200: TokenAnswer, 400: ErrorAnswer, 401: ErrorAnswer, 429: ErrorAnswer },
      },
    },
    async (request, reply) => {
      const form = request.body ?? {};
      const granted = await grants.grant({
        client: basicClient(request.headers.authorization),
        grantType: textOf(form, "grant_type"),
        username: textOf(form, "username"),
        password: textOf(form, "password"),
        refreshToken: textOf(form, "refresh_token"),
        address: callerAddress(request),
      });
      if (granted.ok) return granted.value;
      const { error, description, retryMs } = granted.error;
      const status = STATUSES[error];
      if (status === 401) reply.header("www-authenticate", 'Basic realm="oauth"');
      if (retryMs !== undefined) reply.header("retry-after", Math.ceil(retryMs / SECOND_MS));
      return reply.code(status).send({ error, error_description: description });
    },
  );
}

function textOf(form: Form, name: string): string | null {
  const value = Object.hasOwn(form, name) ? form[name] : undefined;
  return typeof value === "string" ? value : null;
}

const BASIC = /^basic +([A-Za-z0-9+/]+=*) *$/i;

function basicClient(header: string | undefined) {
  const encoded = header === undefined ? undefined : BASIC.exec(header)?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? null : { id: text.slice(0, colon), secret: text.slice(colon + 1) };
}
