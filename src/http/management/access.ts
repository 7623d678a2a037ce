// Who may make which call. Every route declares what it needs, or the server is not built; one hook asks
// before anything else is looked at: whoever is unknown does not even learn which paths of the API exist.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import {
  type Caller,
  INSTALLATION_ADMINISTRATOR,
  isAtLeast,
  type Role,
} from "../../access/caller.ts";
import type { Identity } from "../../access/identity.ts";
import { isOwnCall, sessionSecret } from "./access/session-cookie.ts";
import { bearerToken } from "./bearer-token.ts";
import { callPartner } from "./call-partner.ts";
import { type Problem, problem, sendProblem } from "./problems.ts";

/** What a call needs. */
export type Access = Need & {
  /** A call that changes nothing, whatever its method: tokens that only read may make it. */
  readonly reads?: true;
};

type Need =
  /** Open to everybody. */
  | { readonly needs: "nothing" }
  /** Whoever is known. */
  | { readonly needs: "caller" }
  /**
   * A role with the partner of the call. "installation": where no partner is named, administrators of the
   * installation are asked for none.
   */
  | { readonly needs: "role"; readonly role: Role; readonly partnerless?: "installation" }
  /** Something to do with the partner of the call; objects are asked about one by one. */
  | { readonly needs: "rights" }
  /** Administrators of the installation. */
  | { readonly needs: "installation" };

declare module "fastify" {
  interface FastifyContextConfig {
    readonly access?: Access;
  }
  interface FastifyRequest {
    /** Nobody, without any rights, where the route is open to everybody. */
    caller: Caller;
    /** The partner that the call is about; null where its route needs none. */
    partnerId: number | null;
  }
}

export interface AccessOptions {
  /** Whose token it is. */
  identify(token: string): Promise<Identity>;
  /** Whose session a cookie holds; null where it is over, or never was. */
  findSession(secret: string): Promise<{ readonly caller: Caller } | null>;
  /** The partners that are defined; null where nobody can say at present. */
  partnerIds(): Promise<readonly number[] | null>;
}

/** A route as it was declared: what tests go through. */
export interface DeclaredRoute {
  readonly method: string;
  readonly url: string;
  readonly access: Access;
}

/** Nobody in particular. */
const NOBODY: Caller = {
  ...INSTALLATION_ADMINISTRATOR,
  id: "",
  name: "",
  rights: {
    isInstallationAdministrator: false,
    pids: [],
    roleWith: () => null,
    allows: () => false,
  },
};

/** Gives the routes that are declared from here on. A route that does not say what it needs is a fault. */
export function requireAccess(app: FastifyInstance, options: AccessOptions): DeclaredRoute[] {
  const routes: DeclaredRoute[] = [];
  app.addHook("onRoute", ({ method, url, config }) => {
    const access = config?.access;
    if (access === undefined) {
      throw new Error(`Invariant broken: ${method} ${url} does not say what access it needs`);
    }
    for (const each of [method].flat()) routes.push({ method: each, url, access });
  });
  app.decorateRequest("caller");
  app.decorateRequest("partnerId");
  app.addHook("onRequest", async (request, reply) => {
    request.caller = NOBODY;
    request.partnerId = null;
    const { url, config } = request.routeOptions;
    const { access } = config;
    if (access?.needs === "nothing") return;
    if (url === undefined && !/^\/v1(?:[/?]|$)/.test(request.url)) return;

    const caller = await identifyCaller(request, reply, options);
    if (caller === null) return reply;
    request.caller = caller;
    // There is nothing at this address, which a known caller may be told.
    if (access === undefined) return;
    const refusal = await checkAccess(request, access, options);
    return refusal === null ? undefined : sendProblem(reply, refusal);
  });
  return routes;
}

const REALM = 'Bearer realm="dunlin"';

/** Null where the caller is unknown; then the reply says so. */
async function identifyCaller(
  request: FastifyRequest,
  reply: FastifyReply,
  options: AccessOptions,
): Promise<Caller | null> {
  const { authorization } = request.headers;
  const token = bearerToken(authorization);
  const secret = authorization === undefined ? sessionSecret(request) : null;
  const session = secret === null ? null : await options.findSession(secret);
  if (secret !== null && session !== null) {
    if (isOwnCall(request, secret)) return session.caller;
    void sendProblem(reply, problem(403, NOT_OURS));
    return null;
  }
  if (token === null) {
    refuseUnknown(reply, REALM, "Expected a token: Authorization: Bearer <token>.");
    return null;
  }
  const identity = await options.identify(token);
  switch (identity.kind) {
    case "known":
      return identity.caller;
    case "expired": {
      // The documented answer holds the token: it goes to whoever sent it, and nowhere else. A token that
      // was ours holds nothing that would end the quotation.
      const description = `error_description="Access token expired: ${token}"`;
      const challenge = `Bearer realm="oauth", error="invalid_token", ${description}`;
      refuseUnknown(reply, challenge, "The token has expired.");
      return null;
    }
    case "unknown":
      refuseUnknown(
        reply,
        `${REALM}, error="invalid_token"`,
        "The token is not one of this node's.",
      );
      return null;
  }
}

const NOT_OURS =
  "Expected a call of our own pages: X-CSRF-Token as GET /session gives it, and Origin or Sec-Fetch-Site.";

function refuseUnknown(reply: FastifyReply, challenge: string, detail: string): void {
  reply.header("www-authenticate", challenge);
  void sendProblem(reply, problem(401, detail));
}

const NEEDS_PASSWORD =
  "The password is a temporary one, or too old: another one is chosen first, by POST /v1/users/self/update-password.";

/** Null where the caller may. */
async function checkAccess(
  request: FastifyRequest,
  access: Exclude<Access, { readonly needs: "nothing" }>,
  options: AccessOptions,
): Promise<Problem | null> {
  const { caller } = request;
  const limit = limitReached(request, caller, access);
  if (limit !== null) return problem(403, limit);
  if (access.needs === "caller") return null;
  if (caller.needsPassword) return problem(403, NEEDS_PASSWORD);
  if (access.needs === "installation") {
    if (caller.rights.isInstallationAdministrator) return null;
    return problem(403, "Only administrators of the installation may do this.");
  }
  const named = await callPartner(request, {
    mayBeNone: access.needs === "role" && access.partnerless === "installation",
    partnerIds: () => options.partnerIds(),
  });
  if (!named.ok) return named.error;
  const pid = named.value;
  request.partnerId = pid;
  if (pid === null || access.needs === "rights") return null;
  if (isAtLeast(caller.rights.roleWith(pid), access.role)) return null;
  return problem(403, `This needs the role ${access.role} with partner ${pid}.`);
}

/** The first word of a path, without the version: what tokens are limited by. */
function routeGroup(url: string): string {
  return /^\/(?:v1\/)?([^/?]+)/.exec(url)?.[1] ?? "";
}

/** What a token may be limited to, in order: the groups of all routes that want one. */
export function routeGroups(routes: readonly DeclaredRoute[]): string[] {
  const guarded = routes.filter(({ access }) => access.needs !== "nothing");
  return [...new Set(guarded.map(({ url }) => routeGroup(url)))].sort();
}

/** What a token was limited to, whatever its rights. */
function limitReached(request: FastifyRequest, { limits }: Caller, access: Access): string | null {
  if (limits === undefined) return null;
  const reads = access.reads === true || request.method === "GET" || request.method === "HEAD";
  if (limits.isReadOnly && !reads) {
    return "The token is for reading only.";
  }
  // As the route is declared: however the path was spelt.
  const group = routeGroup(request.routeOptions.url ?? "");
  if (limits.routeGroups === null || limits.routeGroups.includes(group)) return null;
  return `The token is only for ${limits.routeGroups.join(", ")}.`;
}
