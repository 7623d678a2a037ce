import type { FastifyInstance } from "fastify";
import { bearerToken } from "./bearer-token.ts";
import { problem, sendProblem } from "./problems.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Answered without a token. */
    readonly isOpen?: true;
  }
}

export interface TokenOptions {
  readonly metricsOpen: boolean;
  isToken(token: string): boolean;
}

const REALM = 'Bearer realm="dunlin"';

/**
 * Asks for the token before anything else is looked at: whoever has none does not even learn which paths
 * of the API exist.
 */
export function requireToken(app: FastifyInstance, options: TokenOptions): void {
  app.addHook("onRequest", async (request, reply) => {
    const { url, config } = request.routeOptions;
    if (config.isOpen || (url === "/metrics" && options.metricsOpen)) return;
    if (url === undefined && !/^\/v1(?:[/?]|$)/.test(request.url)) return;

    const token = bearerToken(request.headers.authorization);
    if (token !== null && options.isToken(token)) return;
    const isWrong = token !== null;
    reply.header("www-authenticate", isWrong ? `${REALM}, error="invalid_token"` : REALM);
    const detail = isWrong
      ? "The token is not one of this node's."
      : "Expected a token: Authorization: Bearer <token>.";
    return sendProblem(reply, problem(401, detail));
  });
}
