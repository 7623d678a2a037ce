// Logins by OpenID Connect: away to the provider, and back with a session.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { AccessControl } from "../../../access/access.ts";
import { admitForeignUser } from "../../../access/sign-in/foreign-users.ts";
import type { Log } from "../../../ops/log.ts";
import { problem, sendProblem } from "../problems.ts";
import { problemOf } from "./access-answers.ts";
import { type OidcAttempt, OidcClient, type OidcPerson, type OidcSettings } from "./oidc-client.ts";
import { isWithoutTls, sessionSecret, setCookie } from "./session-cookie.ts";

export interface OidcRouteOptions {
  readonly access: AccessControl;
  readonly settings: OidcSettings;
  readonly log: Log;
  partnerIds(): Promise<readonly number[] | null>;
}

const config = { access: { needs: "nothing" } } as const;

export function addOidcRoutes(app: FastifyInstance, options: OidcRouteOptions): void {
  const { access, settings, log } = options;
  const client = new OidcClient(settings);

  app.get(
    "/oidc/login",
    { config, schema: { summary: "Sign in by the provider", security: [] } },
    async (request, reply) => {
      try {
        const { url, attempt } = await client.begin();
        return keepAttempt(request, reply, attempt).redirect(url, 303);
      } catch (error) {
        log.fault("The provider of logins could not be asked.", error);
        return sendProblem(reply, problem(503, "The provider of logins is out of reach."));
      }
    },
  );

  app.get(
    "/oidc/callback",
    { config, schema: { summary: "Back from the provider", security: [] } },
    async (request, reply) => {
      const attempt = keptAttempt(request);
      if (attempt === null) return sendProblem(reply, problem(400, NOT_BEGUN));
      forgetAttempt(request, reply);
      const person = await whoCameBack(client, request, { attempt, log });
      if (person === null) return sendProblem(reply, problem(401, REFUSED));
      const pid = await partnerOf(person, options);
      if (pid === null) return sendProblem(reply, problem(403, NO_ROLE));
      const admitted = await admitForeignUser(access.world, { ...person, pid });
      if (!admitted.ok) return sendProblem(reply, problemOf(admitted.error));
      if (admitted.value === null) return sendProblem(reply, problem(403, LOCKED));
      setCookie(
        request,
        reply,
        await access.sessions.begin(admitted.value, sessionSecret(request)),
      );
      return reply.type("text/html; charset=utf-8").send(SIGNED_IN);
    },
  );
}

const NOT_BEGUN = "Expected to come from /oidc/login in the last ten minutes, in this browser.";
const REFUSED = "The provider did not vouch for whoever came back.";
const NO_ROLE = "The provider says nothing by which a role is given here.";
const LOCKED = "The user is locked.";

/**
 * A page of ours that leads on: on a redirect that began at another site, browsers would not send a cookie for
 * this site only.
 */
const SIGNED_IN = `<!doctype html>
<title>Signed in</title>
<meta http-equiv="refresh" content="0; url=/">
<p>Signed in. <a href="/">Go on</a></p>
`;

async function whoCameBack(
  client: OidcClient,
  request: FastifyRequest,
  { attempt, log }: { readonly attempt: OidcAttempt; readonly log: Log },
): Promise<OidcPerson | null> {
  const at = request.url.indexOf("?");
  try {
    return await client.finish(at < 0 ? "" : request.url.slice(at), attempt);
  } catch (error) {
    log.fault("A login by the provider was refused.", error);
    return null;
  }
}

/** The partner that the user is listed with; null where nothing was given. */
async function partnerOf(
  { grant }: OidcPerson,
  { partnerIds }: OidcRouteOptions,
): Promise<number | null> {
  const [role] = grant.roles;
  if (role !== undefined) return role.pid;
  if (!grant.isInstallationAdministrator) return null;
  return (await partnerIds())?.[0] ?? null;
}

const NAME = "dunlin-oidc";
const TEN_MINUTES_S = 600;

function attemptName(request: FastifyRequest): string {
  return isWithoutTls(request) ? NAME : `__Host-${NAME}`;
}

/** Lax: it must come along when the provider sends the browser back. */
function attemptCookie(request: FastifyRequest, value: string, ageS: number): string {
  const security = isWithoutTls(request) ? "" : "; Secure";
  const attributes = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${ageS}${security}`;
  return `${attemptName(request)}=${value}; ${attributes}`;
}

function keepAttempt(
  request: FastifyRequest,
  reply: FastifyReply,
  { verifier, state, nonce }: OidcAttempt,
): FastifyReply {
  const value = [verifier, state, nonce].join(".");
  return reply.header("set-cookie", attemptCookie(request, value, TEN_MINUTES_S));
}

function forgetAttempt(request: FastifyRequest, reply: FastifyReply): void {
  reply.header("set-cookie", attemptCookie(request, "", 0));
}

function keptAttempt(request: FastifyRequest): OidcAttempt | null {
  const pairs = (request.headers.cookie ?? "").split(";").map((pair) => pair.trim().split("=", 2));
  const value = pairs.find(([name]) => name === attemptName(request))?.[1] ?? "";
  const [, verifier, state, nonce] = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(value) ?? [];
  if (verifier === undefined || state === undefined || nonce === undefined) return null;
  return { verifier, state, nonce };
}
