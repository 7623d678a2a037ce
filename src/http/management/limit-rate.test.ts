import assert from "node:assert/strict";
import { test } from "node:test";
import fastify from "fastify";
import { type Caller, INSTALLATION_ADMINISTRATOR } from "../../access/caller.ts";
import { requireAccess } from "./access.ts";
import { limitRate } from "./limit-rate.ts";

const PER_MINUTE = 30;

test("whoever calls too often waits, and nobody else does", async () => {
  let now = 0;
  const app = fastify();
  requireAccess(app, {
    identify: async (token) => {
      const caller: Caller = { ...INSTALLATION_ADMINISTRATOR, id: token };
      return { kind: "known", caller };
    },
    findSession: async () => null,
    partnerIds: async () => [1],
  });
  limitRate(app, PER_MINUTE, () => now);
  app.get("/v1/some", { config: { access: { needs: "caller" } } }, () => "some");
  app.get("/open", { config: { access: { needs: "nothing" } } }, () => "open");
  const ask = (token: string, url = "/v1/some") =>
    app.inject({ url, headers: { authorization: `Bearer ${token}` } });

  for (let calls = 0; calls < PER_MINUTE; calls++) {
    assert.equal((await ask("script")).statusCode, 200);
  }
  const refused = await ask("script");
  assert.equal(refused.statusCode, 429);
  assert.equal(refused.json().error, "too_many_requests");
  assert.equal(refused.headers["retry-after"], "2");
  assert.equal((await ask("script", "/v1/nothing")).statusCode, 429);
  assert.equal((await ask("script", "/open")).statusCode, 200);
  assert.equal((await ask("person")).statusCode, 200);

  now += 2_000;
  assert.equal((await ask("script")).statusCode, 200);
  assert.equal((await ask("script")).statusCode, 429);
  await app.close();
});
