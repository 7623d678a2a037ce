// The management plane: Fastify with one hook that asks who calls and whether they may, one place where errors become
// problem documents, and thin routes. Its OpenAPI document is made from the routes' schemas.

import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import swagger from "@fastify/swagger";
import fastify, { type FastifyInstance } from "fastify";
import type { AccessControl } from "../../access/access.ts";
import { INSTALLATION_ADMINISTRATOR } from "../../access/caller.ts";
import type { NodeControl } from "../../admin/node-control.ts";
import { CATALOG_LIMITS } from "../../catalog/limits.ts";
import type { Log } from "../../ops/log.ts";
import { addAccessRoutes } from "./access/access-routes.ts";
import type { OidcSettings } from "./access/oidc-client.ts";
import { type DeclaredRoute, requireAccess, routeGroups } from "./access.ts";
import { acceptBodies } from "./bodies.ts";
import { addDenyListRoutes } from "./deny-list-routes.ts";
import { addDeviceGraphRoutes } from "./device-graph-routes.ts";
import { answerErrors, answerProtocolErrors, answerUnroutable } from "./error-answers.ts";
import { addHealthRoutes } from "./health-routes.ts";
import { limitBodies } from "./limit-bodies.ts";
import { limitRate } from "./limit-rate.ts";
import { addPlanRoutes } from "./plan-routes.ts";
import { describeCall } from "./reference/describe-call.ts";
import { addReferenceRoute } from "./reference/reference-routes.ts";
import type { ApiDescription } from "./reference/render-reference.ts";
import { requireJsonAnswer } from "./require-json-answer.ts";
import { addResourceRoutes } from "./resources/resource-routes.ts";
import { addSandboxRoutes } from "./sandbox-routes.ts";
import { addSizeRoutes } from "./size-routes.ts";
import { addVisitorRoutes } from "./visitor-routes.ts";
import { addWorkspaceRoutes } from "./workspace-routes.ts";

export interface ManagementServerOptions {
  readonly control: NodeControl;
  readonly log: Log;
  readonly version: string;
  readonly metricsOpen: boolean;
  /** Whose X-Forwarded-For is believed: addresses and CIDR blocks. */
  readonly trustedProxies: readonly string[];
  /** The most bytes that a body may have, and that a workspace may have. */
  readonly bodyBytes: number;
  readonly workspaceBytes: number;
  /** How often one caller may call within a minute; null: as often as they like. */
  readonly callsPerMinute: number | null;
  readonly access: AccessControl;
  /** Null where nobody signs in by a provider. */
  readonly oidc: OidcSettings | null;
  /** Whether it is the token that the node was started with. */
  isAdministratorsToken(token: string): boolean;
}

export interface ManagementServer {
  /** Gives the port that was bound; 0 asks for any. */
  listen(host: string, port: number): Promise<number>;
  /** Stops accepting, answers what is under way. */
  close(): Promise<void>;
  /** Every route, with what it needs. */
  readonly routes: readonly DeclaredRoute[];
}

const REQUEST_TIMEOUT_MS = 120_000;

/** `ic:` and the longest integration code, in letters of which each is nine when it is percent-encoded. */
const MOST_OF_A_PARAMETER = 9 * (CATALOG_LIMITS.integrationCodeLength + 3);

export async function buildManagementServer(
  options: ManagementServerOptions,
): Promise<ManagementServer> {
  const app = fastify({
    bodyLimit: options.bodyBytes,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: "idle",
    genReqId: () => randomUUID(),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MOST_OF_A_PARAMETER },
    // Clients of the incumbent write `/api/v1` as well as `/v1`.
    rewriteUrl: (request) => (request.url ?? "/").replace(/^\/api(?=\/v1(?:\/|\?|$))/, ""),
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: true } },
    clientErrorHandler: answerProtocolErrors,
    frameworkErrors: answerUnroutable,
  });
  acceptBodies(app);
  answerErrors(app, { log: options.log, isReady: () => options.control.isReady() });
  const routes = requireAccess(app, {
    identify: async (token) =>
      options.isAdministratorsToken(token)
        ? { kind: "known", caller: INSTALLATION_ADMINISTRATOR }
        : options.access.identify(token),
    findSession: (secret) => options.access.sessions.find(secret),
    partnerIds: () => options.control.partnerIds(),
  });
  limitRate(app, options.callsPerMinute);
  requireJsonAnswer(app);
  limitBodies(app);
  addHeaders(app);
  logRequests(app, options.log);
  await describeApi(app, options.version);
  await app.register(async (api) => {
    addHealthRoutes(api, options);
    addWorkspaceRoutes(api, options);
    addPlanRoutes(api, options.control.counting, options);
    addSizeRoutes(api, options.control.counting);
    addVisitorRoutes(api, options.control);
    addDenyListRoutes(api, options.control);
    addDeviceGraphRoutes(api, options);
    addSandboxRoutes(api, options.control);
    addAccessRoutes(api, options.access, () => routeGroups(routes));
    if (options.oidc !== null) {
      const { access, log, control } = options;
      // Loaded where it is wanted.
      const { addOidcRoutes } = await import("./access/oidc-routes.ts");
      const partnerIds = () => control.partnerIds();
      addOidcRoutes(api, { access, log, settings: options.oidc, partnerIds });
    }
    await addResourceRoutes(api, options.control, options);
    api.get(
      "/openapi.json",
      { config: { access: { needs: "caller" } }, schema: { hide: true } },
      () => app.swagger(),
    );
    addReferenceRoute(api, () => app.swagger() as ApiDescription);
  });
  await app.ready();
  return {
    routes,
    listen: async (host, port) => {
      await app.listen({ host, port });
      // A server that listens on a host and a port has an address of this form.
      return (app.server.address() as AddressInfo).port;
    },
    close: () => app.close(),
  };
}

function addHeaders(app: FastifyInstance): void {
  app.addHook("onSend", async (request, reply) => {
    reply.headers({
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "x-request-id": request.id,
    });
  });
}

/** The route's pattern, not the URL: the URL may hold a visitor's ID. */
function logRequests(app: FastifyInstance, log: Log): void {
  app.addHook("onResponse", async (request, reply) => {
    log.debug("A management call was answered.", {
      method: request.method,
      route: request.routeOptions.url ?? null,
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
      requestId: request.id,
    });
  });
}

async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    transform: ({ schema, url, route }) => ({
      schema: describeCall({ url, schema, access: route.config?.access }),
      url,
    }),
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Dunlin management API",
        description: "Definitions, visitors and the state of a node.",
        version,
      },
      components: {
        securitySchemes: { token: { type: "http", scheme: "bearer" } },
      },
      security: [{ token: [] }],
    },
  });
}
