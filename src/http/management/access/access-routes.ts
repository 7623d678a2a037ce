import type { FastifyInstance } from "fastify";
import type { AccessControl } from "../../../access/access.ts";
import { addAuditRoutes } from "./audit-routes.ts";
import { addGroupRoutes } from "./group-routes.ts";
import { addOauthRoutes } from "./oauth-routes.ts";
import { addOwnUserRoutes } from "./own-user-routes.ts";
import { addVocabularyRoutes } from "./permission-routes.ts";
import { addSessionRoutes } from "./session-routes.ts";
import { addTokenRoutes } from "./token-routes.ts";
import { addUserRoutes } from "./user-routes.ts";

/** Users, groups, tokens, logins and the audit log. `routeGroups`: what tokens may be limited to. */
export function addAccessRoutes(
  app: FastifyInstance,
  access: AccessControl,
  routeGroups: () => readonly string[],
): void {
  addOwnUserRoutes(app, access);
  addUserRoutes(app, access);
  addGroupRoutes(app, access);
  addVocabularyRoutes(app);
  addTokenRoutes(app, access, routeGroups);
  addAuditRoutes(app, access);
  addOauthRoutes(app, access);
  addSessionRoutes(app, access);
}
