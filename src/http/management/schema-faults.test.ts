import assert from "node:assert/strict";
import { test } from "node:test";
import fastify from "fastify";
import { type Static, type TSchema, Type } from "typebox";
import { schemaFaults } from "./schema-faults.ts";

/** What is said of a value, as the management plane's own validator finds it. */
async function faultsOf(schema: TSchema, value: unknown): Promise<string[]> {
  const app = fastify({
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: true } },
  });
  app.post<{ Body: Static<typeof schema> }>("/", { schema: { body: schema } }, async () => "taken");
  app.setErrorHandler(async (error: { validation?: Parameters<typeof schemaFaults>[0] }) =>
    JSON.stringify(schemaFaults(error.validation ?? [])),
  );
  const headers = { "content-type": "application/json" };
  const answer = await app.inject({
    method: "POST",
    url: "/",
    headers,
    body: JSON.stringify(value),
  });
  await app.close();
  const faults: { at: string; code: string; message: string }[] = JSON.parse(answer.body);
  return faults.map(({ at, code, message }) => `${at}: ${code}: ${message}`);
}

const Role = Type.Union(["viewer", "editor"].map((role) => Type.Literal(role)));
const Id = Type.Union([Type.Integer({ minimum: 1 }), Type.String({ pattern: "^[0-9]+$" })]);

test("a word that is none of several is answered with all of them, once", async () => {
  const schema = Type.Object({ role: Role, roles: Type.Array(Role) });
  assert.deepEqual(await faultsOf(schema, { role: "god", roles: ["editor", 5] }), [
    "/role: E_VALUE: Expected one of viewer, editor.",
    "/roles/1: E_VALUE: Expected one of viewer, editor.",
  ]);
});

test("keys that are missing or unknown are named as the places they are", async () => {
  const schema = Type.Object({ name: Type.String() }, { additionalProperties: false });
  assert.deepEqual(await faultsOf(Type.Array(schema), [{ "a/b~": 1 }]), [
    '/0/name: E_MISSING_KEY: The key "name" is required.',
    '/0/a~1b~0: E_UNKNOWN_KEY: There is no key "a/b~" here.',
  ]);
});

test("of something that could be two things, what is wrong about the one that was meant is said", async () => {
  const paths = Type.Union([Type.Array(Type.String({ minLength: 2 })), Type.Null()]);
  assert.deepEqual(await faultsOf(Type.Object({ paths }), { paths: ["a"] }), [
    "/paths/0: E_VALUE: Expected a text of at least 2 characters.",
  ]);
  assert.deepEqual(await faultsOf(Type.Object({ paths }), { paths: 5 }), [
    "/paths: E_VALUE: Expected a list or null.",
  ]);
  assert.deepEqual(await faultsOf(Type.Array(Id), ["x", 0, true]), [
    "/0: E_VALUE: Expected a text that matches ^[0-9]+$.",
    "/1: E_VALUE: Expected a number, at least 1.",
    "/2: E_VALUE: Expected a whole number or a text.",
  ]);
});

test("types and limits are said in words", async () => {
  const schema = Type.Object({
    object: Type.Object({}),
    list: Type.Array(Type.Integer(), { minItems: 1 }),
    long: Type.Array(Type.Integer(), { maxItems: 1 }),
    flag: Type.Boolean(),
    name: Type.String({ minLength: 1 }),
    short: Type.String({ maxLength: 1 }),
    days: Type.Integer({ maximum: 9 }),
    either: Type.Unsafe({ type: ["string", "null"] }),
    kind: Type.Unsafe({ enum: ["A", "B"] }),
    one: Type.Literal(1),
  });
  const given = {
    ...{ object: [], list: [], long: [1, 2], flag: "yes", name: "", short: "ab", days: 10 },
    ...{ either: 1, kind: "C", one: 2 },
  };
  assert.deepEqual(await faultsOf(schema, given), [
    "/object: E_TYPE: Expected an object.",
    "/list: E_VALUE: Expected a list of at least 1.",
    "/long: E_VALUE: Expected a list of at most 1.",
    "/flag: E_TYPE: Expected true or false.",
    "/name: E_VALUE: Expected a text of at least one character.",
    "/short: E_VALUE: Expected a text of at most one character.",
    "/days: E_VALUE: Expected a number, at most 9.",
    "/either: E_TYPE: Expected a text or null.",
    "/kind: E_VALUE: Expected one of A, B.",
    "/one: E_VALUE: Expected 1.",
  ]);
});
