import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fastify, { type FastifyInstance } from "fastify";
import { type Caller, INSTALLATION_ADMINISTRATOR, type Role } from "../../access/caller.ts";
import type { Identity } from "../../access/identity.ts";
import { type Access, requireAccess } from "./access.ts";

function callerWith(roles: Readonly<Record<number, Role>>): Caller {
  return {
    ...INSTALLATION_ADMINISTRATOR,
    id: "some",
    rights: {
      isInstallationAdministrator: false,
      pids: Object.keys(roles).map(Number),
      roleWith: (pid) => roles[pid] ?? null,
      allows: () => false,
    },
  };
}

const SCRAPER: Caller = {
  ...INSTALLATION_ADMINISTRATOR,
  limits: { isReadOnly: true, routeGroups: ["metrics"] },
};

const CALLERS: Readonly<Record<string, Caller>> = {
  installation: INSTALLATION_ADMINISTRATOR,
  viewer: callerWith({ 1: "viewer" }),
  editor: callerWith({ 1: "editor" }),
  both: callerWith({ 1: "administrator", 2: "viewer" }),
  nowhere: callerWith({}),
  scraper: SCRAPER,
  reader: { ...callerWith({ 1: "editor" }), limits: { isReadOnly: true, routeGroups: null } },
  narrow: {
    ...callerWith({ 1: "editor" }),
    limits: { isReadOnly: false, routeGroups: ["traits"] },
  },
};

async function identify(token: string): Promise<Identity> {
  if (token === "late") return { kind: "expired" };
  const caller = CALLERS[token];
  return caller === undefined ? { kind: "unknown" } : { kind: "known", caller };
}

const findSession = async (): Promise<null> => null;

const ROLE: Access = { needs: "role", role: "editor" };

function build(partners: readonly number[] | null = [1, 2]): FastifyInstance {
  const app = fastify();
  requireAccess(app, { identify, findSession, partnerIds: async () => partners });
  const add = (url: string, access: Access): void => {
    app.route({
      ...{ method: ["GET", "POST"], url, config: { access } },
      handler: async ({ caller, partnerId }) => ({ id: caller.id, partnerId }),
    });
  };
  add("/live", { needs: "nothing" });
  add("/v1/self", { needs: "caller" });
  add("/v1/traits", ROLE);
  add("/v1/users", { needs: "role", role: "administrator", partnerless: "installation" });
  add("/v1/partners/:pid/traits", ROLE);
  add("/v1/segments", { needs: "rights" });
  add("/metrics", { needs: "installation" });
  add("/v1/workspace", { needs: "installation" });
  return app;
}

interface Asked {
  readonly as?: string;
  readonly method?: "GET" | "POST";
  readonly partners?: readonly number[] | null;
}

async function ask(url: string, { as, method = "GET", partners }: Asked = {}) {
  const headers = as === undefined ? {} : { authorization: `Bearer ${as}` };
  return build(partners).inject({ method, url, headers });
}

test("a route that does not say what access it needs is not built", () => {
  const app = fastify();
  requireAccess(app, { identify, findSession, partnerIds: async () => [] });
  assert.throws(() => app.get("/v1/forgotten", async () => "open"), /GET \/v1\/forgotten/);
});

test("open routes are for nobody in particular, who has no rights", async () => {
  assert.deepEqual((await ask("/live")).json(), { id: "", partnerId: null });
  assert.deepEqual((await ask("/live", { as: "installation" })).json().id, "");
});

test("an expired token is named in the answer to whoever sent it", async () => {
  const { statusCode, headers, body } = await ask("/v1/traits", { as: "late" });
  assert.equal(statusCode, 401);
  assert.equal(
    headers["www-authenticate"],
    'Bearer realm="oauth", error="invalid_token", error_description="Access token expired: late"',
  );
  assert.doesNotMatch(body, /late/);
});

describe("a call is answered by what its route needs", () => {
  const rows: readonly [as: string, url: string, status: number, pid?: number | null][] = [
    ["nowhere", "/v1/self", 200, null],
    ["nowhere", "/v1/traits", 403],
    ["viewer", "/v1/traits", 403],
    ["editor", "/v1/traits", 200, 1],
    ["editor", "/v1/traits?pid=1", 200, 1],
    ["editor", "/v1/traits?pid=2", 403],
    ["editor", "/v1/traits?pid=99", 403],
    ["editor", "/v1/traits?pid=x", 403],
    ["editor", "/v1/traits?pid=1&pid=2", 403],
    ["editor", "/v1/partners/1/traits", 200, 1],
    ["editor", "/v1/partners/2/traits?pid=1", 403],
    ["both", "/v1/traits", 400],
    ["both", "/v1/traits?pid=1", 200, 1],
    ["both", "/v1/traits?pid=2", 403],
    ["both", "/v1/users?pid=1", 200, 1],
    ["both", "/v1/users?pid=2", 403],
    ["both", "/v1/users", 400],
    ["both", "/v1/segments?pid=2", 200, 2],
    ["editor", "/v1/segments?pid=2", 403],
    ["viewer", "/v1/workspace", 403],
    ["installation", "/v1/traits", 400],
    ["installation", "/v1/traits?pid=2", 200, 2],
    ["installation", "/v1/traits?pid=99", 404],
    ["installation", "/v1/traits?pid=x", 400],
    ["installation", "/v1/partners/x/traits", 404],
    ["installation", "/v1/users", 200, null],
    ["installation", "/v1/users?pid=1", 200, 1],
    ["installation", "/v1/workspace", 200, null],
    ["installation", "/v1/nothing", 404],
    ["viewer", "/v1/nothing", 404],
    ["unknown", "/v1/nothing", 401],
    ["unknown", "/nothing", 404],
    ["reader", "/v1/traits", 200, 1],
    ["narrow", "/v1/traits", 200, 1],
    ["narrow", "/v1/segments", 403],
    ["narrow", "/v1/tra%69ts", 200, 1],
    ["narrow", "/v1/nothing", 404],
    ["scraper", "/metrics", 200, null],
    ["scraper", "/v1/workspace", 403],
  ];
  for (const [as, url, status, pid] of rows) {
    test(`${url} of ${as} is ${status}`, async () => {
      const answer = await ask(url, { as });
      assert.equal(answer.statusCode, status, answer.body);
      if (pid !== undefined) assert.equal(answer.json().partnerId, pid);
    });
  }
});

test("where there is one partner, nobody has to name it", async () => {
  const answer = await ask("/v1/traits", { as: "installation", partners: [7] });
  assert.equal(answer.json().partnerId, 7);
});

test("where nobody can say which partners there are, a named one is neither found nor missed", async () => {
  const answer = await ask("/v1/traits?pid=1", { as: "installation", partners: null });
  assert.equal(answer.statusCode, 503);
});

test("a token for reading changes nothing, whatever its rights", async () => {
  assert.equal((await ask("/v1/traits", { as: "reader", method: "POST" })).statusCode, 403);
  assert.equal((await ask("/v1/traits", { as: "editor", method: "POST" })).statusCode, 200);
});
