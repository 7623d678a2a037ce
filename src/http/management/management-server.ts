// The management plane: Fastify with one hook that asks for the token, one place where errors become
// problem documents, and thin routes. Its OpenAPI document is made from the routes' schemas.

import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import swagger from "@fastify/swagger";
import fastify, { type FastifyInstance } from "fastify";
import type { NodeControl } from "../../admin/node-control.ts";
import type { Log } from "../../ops/log.ts";
import { acceptBodies } from "./bodies.ts";
import { addDenyListRoutes } from "./deny-list-routes.ts";
import { addDeviceGraphRoutes } from "./device-graph-routes.ts";
import { answerErrors, answerProtocolErrors, answerUnroutable } from "./error-answers.ts";
import { addHealthRoutes } from "./health-routes.ts";
import { requireJsonAnswer } from "./require-json-answer.ts";
import { requireToken } from "./require-token.ts";
import { addSandboxRoutes } from "./sandbox-routes.ts";
import { addVisitorRoutes } from "./visitor-routes.ts";
import { addWorkspaceRoutes } from "./workspace-routes.ts";

export interface ManagementServerOptions {
  readonly control: NodeControl;
  readonly log: Log;
  readonly version: string;
  readonly metricsOpen: boolean;
  /** The most bytes that a body may have, and that a workspace may have. */
  readonly bodyBytes: number;
  readonly workspaceBytes: number;
  isToken(token: string): boolean;
}

export interface ManagementServer {
  /** Gives the port that was bound; 0 asks for any. */
  listen(host: string, port: number): Promise<number>;
  /** Stops accepting, answers what is under way. */
  close(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 120_000;

export async function buildManagementServer(
  options: ManagementServerOptions,
): Promise<ManagementServer> {
  const app = fastify({
    bodyLimit: options.bodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: "idle",
    genReqId: () => randomUUID(),
    routerOptions: { ignoreTrailingSlash: true },
    // Clients of the incumbent write `/api/v1` as well as `/v1`.
    rewriteUrl: (request) => (request.url ?? "/").replace(/^\/api(?=\/v1(?:\/|\?|$))/, ""),
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: true } },
    clientErrorHandler: answerProtocolErrors,
    frameworkErrors: answerUnroutable,
  });
  acceptBodies(app);
  answerErrors(app, options.log);
  requireToken(app, options);
  requireJsonAnswer(app);
  addHeaders(app);
  logRequests(app, options.log);
  await describeApi(app, options.version);
  await app.register(async (routes) => {
    addHealthRoutes(routes, options.control);
    addWorkspaceRoutes(routes, options);
    addVisitorRoutes(routes, options.control);
    addDenyListRoutes(routes, options.control);
    addDeviceGraphRoutes(routes, options);
    addSandboxRoutes(routes, options.control);
    routes.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
  });
  await app.ready();
  return {
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
