import assert from "node:assert/strict";
import { test } from "node:test";
import { renderReference } from "./render-reference.ts";

test("whatever stands in the description is text, never markup", () => {
  const hostile = `<script>alert("x")</script>'&`;
  const page = renderReference({
    info: { title: hostile, version: hostile, description: hostile },
    paths: {
      [`/v1/${hostile}`]: {
        get: {
          tags: [hostile],
          summary: hostile,
          description: hostile,
          parameters: [{ name: hostile, in: hostile, description: hostile }],
          responses: {
            200: {
              content: {
                [hostile]: {
                  schema: { properties: { [hostile]: { enum: [hostile], description: hostile } } },
                },
              },
            },
          },
        },
      },
    },
  });
  assert.doesNotMatch(page, /<script|alert\("x/);
  assert.ok(page.split("&lt;script&gt;").length > 10);
});

test("a call shows its parameters, its body and its answers, with what is required and allowed", () => {
  const page = renderReference({
    paths: {
      "/v1/things/{id}": {
        put: {
          summary: "Replace a thing",
          requestBody: {
            content: {
              "application/json": {
                schema: {
                  required: ["name"],
                  properties: {
                    name: { type: "string", maxLength: 5, description: "As in `ic:`." },
                    ids: { items: { type: "integer", minimum: 1 } },
                  },
                },
              },
            },
          },
          responses: { 204: { description: "" } },
        },
      },
    },
  });
  assert.match(page, /PUT<\/span> <code>\/v1\/things\/\{id\}<\/code>/);
  assert.match(page, /<code>name<\/code> <em>required<\/em>/);
  assert.match(page, /string \(at most 5 characters\)\. As in <code>ic:<\/code>\./);
  assert.match(page, /list of integer \(from 1\)/);
});
