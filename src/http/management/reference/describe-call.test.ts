import assert from "node:assert/strict";
import { test } from "node:test";
import { ProblemSchema } from "../problems.ts";
import { describeCall } from "./describe-call.ts";

const access = { needs: "caller" } as const;

test("errors are described as what they are: problem documents", () => {
  const text = { type: "string" };
  const schema = { response: { 200: text, 404: ProblemSchema, 400: text } };
  const { response } = describeCall({ url: "/v1/traits", access, schema });
  const content = { "application/problem+json": { schema: ProblemSchema } };
  assert.deepEqual(response, {
    200: text,
    400: text,
    404: { description: "There is no such thing.", content },
  });
});

test("a call that compares states says that it takes If-Match, and no other does", () => {
  const compares = { response: { 412: ProblemSchema } };
  const { headers } = describeCall({ url: "/v1/traits/:id", access, schema: compares });
  assert.deepEqual(Object.keys(Object(headers).properties), ["if-match"]);
  const { headers: none } = describeCall({ url: "/v1/traits", access, schema: {} });
  assert.equal(none, undefined);
});

test("each call stands in the section that its path or its route names", () => {
  const sections: readonly (readonly [string, string])[] = [
    ["/v1/tokens/:id", "tokens"],
    ["/v1/self/update", "users"],
    ["/v1/permissionable-object-types", "groups"],
    ["/v1/partners/:pid/visitors/explain", "visitors"],
    ["/v1/partners/:id", "partners"],
    ["/v1/workspace", "workspace"],
    ["/oauth/token", "signing in"],
    ["/live", "the node"],
  ];
  for (const [url, section] of sections) {
    assert.deepEqual(describeCall({ url, access, schema: {} }).tags, [section], url);
  }
  const own = { tags: ["signals/derived"] };
  assert.deepEqual(describeCall({ url: "/v1/x", access, schema: own }).tags, own.tags);
});
