import assert from "node:assert/strict";
import { test } from "node:test";
import fastify from "fastify";
import type { Log } from "../../ops/log.ts";
import { answerErrors } from "./error-answers.ts";

/** What becomes of a call that fails on a node that is, or is not, ready; and what the log hears. */
async function failing(isReady: boolean) {
  const logged: string[] = [];
  const log: Log = {
    ...{ debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    fault: (message) => void logged.push(message),
  };
  const app = fastify();
  answerErrors(app, { log, isReady: () => isReady });
  app.get("/", async () => {
    throw new Error("a secret of ours");
  });
  const { statusCode, headers, body } = await app.inject("/");
  await app.close();
  assert.deepEqual(logged, ["A management call failed."]);
  assert.doesNotMatch(body, /secret/);
  return { statusCode, retryAfter: headers["retry-after"], ...JSON.parse(body) };
}

test("what fails on a node that is ready is a fault of ours", async () => {
  const { statusCode, error, retryAfter } = await failing(true);
  assert.deepEqual([statusCode, error, retryAfter], [500, "server_error", undefined]);
});

test("what fails while the store is away may be tried again", async () => {
  const { statusCode, error, detail, retryAfter } = await failing(false);
  assert.deepEqual([statusCode, error, retryAfter], [503, "unavailable", "1"]);
  assert.match(detail, /store is out of reach/);
});
