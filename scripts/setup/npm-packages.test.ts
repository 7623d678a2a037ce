import assert from "node:assert/strict";
import { test } from "node:test";
import { holdsTheSame, problemOfNpm } from "./npm-packages.js";

const fastify = { version: "5.0.0", integrity: "sha512-a" };
const wanted = { packages: { "": {}, "node_modules/fastify": fastify } };

test("packages of the same version and content need no installation", () => {
  assert.ok(holdsTheSame(wanted, { packages: { "node_modules/fastify": fastify } }));
});

test("a missing package, another version, another content or one too many needs one", () => {
  const installed = [
    {},
    { "node_modules/fastify": { ...fastify, version: "4.9.9" } },
    { "node_modules/fastify": { ...fastify, integrity: "sha512-b" } },
    { "node_modules/fastify": fastify, "node_modules/left-over": fastify },
  ];
  for (const packages of installed) assert.ok(!holdsTheSame(wanted, { packages }));
});

test("an optional package may be absent: it depends on the platform", () => {
  const optional = { packages: { "node_modules/addon": { ...fastify, optional: true } } };
  assert.ok(holdsTheSame(optional, { packages: {} }));
});

test("npm's errors become a sentence and a remedy", () => {
  const cases = [
    ["npm error code ENOTFOUND", /registry cannot be reached/],
    ["npm error code E401", /refuses this machine/],
    ["npm error code EUSAGE", /do not agree/],
    ["npm error code EINTEGRITY", /is not the one/],
    ["something new", /See npm's output/],
  ] as const;
  for (const [output, expected] of cases) assert.match(problemOfNpm(output).message, expected);
});
