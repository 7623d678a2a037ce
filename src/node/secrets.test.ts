import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { prepareAdminToken, prepareRootSecret } from "./secrets.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dunlin-secrets-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function everythingKept(): string {
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
}

function secretOf(given: string | null): string {
  const secret = prepareRootSecret(folder, given);
  assert.ok(secret.ok, JSON.stringify(secret));
  return Buffer.from(secret.value).toString("utf8");
}

describe("the administrator's token", () => {
  test("is made once, kept as a hash, and works after a restart", () => {
    const first = prepareAdminToken(folder, null);
    const made = first.made ?? "";
    assert.ok(made.length > 40);
    assert.ok(first.matches(made));
    const second = prepareAdminToken(folder, null);
    assert.equal(second.made, null);
    assert.ok(second.matches(made));
    assert.ok(!second.matches(`${made}x`));
    assert.ok(!everythingKept().includes(made));
  });

  test("that the operator gives counts for that run only", () => {
    const made = prepareAdminToken(folder, null).made ?? "";
    const given = prepareAdminToken(folder, "given");
    assert.ok(given.matches("given") && !given.matches(made));
    const later = prepareAdminToken(folder, null);
    assert.ok(later.matches(made) && !later.matches("given"));
  });
});

describe("the root secret", () => {
  test("is made once, kept for its owner only, and stays", () => {
    const made = secretOf(null);
    assert.equal(secretOf(null), made);
    assert.equal(statSync(join(folder, "root-secret")).mode & 0o777, 0o600);
  });

  test("that the operator gives is not kept", () => {
    assert.equal(secretOf("of the operator's"), "of the operator's");
    assert.ok(!everythingKept().includes("of the operator's"));
    assert.equal(secretOf("of the operator's"), "of the operator's");
  });

  test("cannot be another one than the folder's IDs were made with", () => {
    secretOf("the first");
    for (const other of ["the second", null]) {
      const refused = prepareRootSecret(folder, other);
      assert.ok(!refused.ok && refused.error.code === "E_IMMUTABLE");
      assert.match(refused.error.message, /visitor IDs/);
    }
    assert.equal(secretOf("the first"), "the first");
  });

  test("that was made can be given as well, but no other", () => {
    const made = secretOf(null);
    assert.equal(secretOf(made), made);
    assert.ok(!prepareRootSecret(folder, "another").ok);
  });
});
