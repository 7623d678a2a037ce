import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { EVENT_ERRORS } from "@dunlin/contract/errors";
import { PROTOCOL_VECTORS } from "../support/protocol-vectors.ts";
import { CLAIM_LISTS } from "./claims.ts";
import { evidenceOf, printClaims } from "./print-claims.ts";

const root = new URL("../../", import.meta.url);
const CLAIMS = CLAIM_LISTS.flatMap(({ claims }) => claims);
const EVIDENCE = CLAIMS.flatMap(({ shownBy }) => shownBy.map(evidenceOf));

test("the conformance page is what the table of claims prints: node scripts/conformance.ts", () => {
  assert.equal(readFileSync(new URL("docs/conformance.md", root), "utf8"), printClaims());
});

test("every claim is shown by something", () => {
  assert.deepEqual(
    CLAIMS.filter(({ shownBy }) => shownBy.length === 0).map(({ what }) => what),
    [],
  );
});

test("every vector that is named exists, and every vector is named", () => {
  const named = new Set(EVIDENCE.flatMap((one) => (one.kind === "vector" ? [one.name] : [])));
  const there = new Set(PROTOCOL_VECTORS.map(({ name }) => name));
  assert.deepEqual([...named.difference(there)], []);
  assert.deepEqual([...there.difference(named)], []);
});

test("every test that is named stands in its file", () => {
  const missing = EVIDENCE.filter((one) => one.kind === "test").filter(({ path, title }) => {
    const file = new URL(path, root);
    return !existsSync(file) || !readFileSync(file, "utf8").includes(`"${title}"`);
  });
  assert.deepEqual(missing, []);
});

test("every error code that can be raised has its claim", () => {
  const claimed = new Set(CLAIMS.map(({ what }) => what));
  const unclaimed = Object.keys(EVENT_ERRORS).filter((code) => !claimed.has(`error ${code}`));
  assert.deepEqual(unclaimed, []);
});
