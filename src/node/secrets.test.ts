import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { MemoryGroupStore } from "../stores/memory/memory-group-store.ts";
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

async function secretOf(given: string | null): Promise<string> {
  const secret = await prepareRootSecret(folder, given);
  assert.ok(secret.ok, JSON.stringify(secret));
  return Buffer.from(secret.value).toString("utf8");
}

describe("the administrator's token", () => {
  test("is made once, kept as a hash, and works after a restart", () => {
    const first = prepareAdminToken(folder, null);
    const made = first.made ?? "";
    assert.ok(made.length > 40);
    assert.ok(first.matches(made));
    first.keep();
    const second = prepareAdminToken(folder, null);
    assert.equal(second.made, null);
    assert.ok(second.matches(made));
    assert.ok(!second.matches(`${made}x`));
    assert.ok(!everythingKept().includes(made));
  });

  test("that nobody was shown is made anew at the next start", () => {
    const unseen = prepareAdminToken(folder, null).made ?? "";
    const next = prepareAdminToken(folder, null);
    assert.ok(next.made !== null && !next.matches(unseen));
  });

  test("that the operator gives counts for that run only", () => {
    const first = prepareAdminToken(folder, null);
    first.keep();
    const made = first.made ?? "";
    const given = prepareAdminToken(folder, "given");
    assert.ok(given.matches("given") && !given.matches(made));
    const later = prepareAdminToken(folder, null);
    assert.ok(later.matches(made) && !later.matches("given"));
  });
});

describe("the root secret", () => {
  test("is made once, kept for its owner only, and stays", async () => {
    const made = await secretOf(null);
    assert.equal(await secretOf(null), made);
    assert.equal(statSync(join(folder, "root-secret")).mode & 0o777, 0o600);
  });

  test("that the operator gives is not kept", async () => {
    assert.equal(await secretOf("of the operator's"), "of the operator's");
    assert.ok(!everythingKept().includes("of the operator's"));
    assert.equal(await secretOf("of the operator's"), "of the operator's");
  });

  test("cannot be another one than the folder's IDs were made with", async () => {
    await secretOf("the first");
    for (const other of ["the second", null]) {
      const refused = await prepareRootSecret(folder, other);
      assert.ok(!refused.ok && refused.error.code === "E_IMMUTABLE");
      assert.match(refused.error.message, /visitor IDs/);
    }
    assert.equal(await secretOf("the first"), "the first");
  });

  test("that was made can be given as well, but no other", async () => {
    const made = await secretOf(null);
    assert.equal(await secretOf(made), made);
    assert.ok(!(await prepareRootSecret(folder, "another")).ok);
  });

  test("is the same for all nodes of a store, and a start that was refused leaves nothing", async () => {
    const shared = new MemoryGroupStore({ leaseMs: 1_000, now: () => 0 });
    const first = await prepareRootSecret(folder, "of all nodes", shared);
    assert.ok(first.ok);
    const second = join(folder, "second");
    mkdirSync(second);
    for (const other of [null, "another"]) {
      const refused = await prepareRootSecret(second, other, shared);
      assert.ok(!refused.ok && refused.error.code === "E_IMMUTABLE");
      assert.match(refused.error.message, /nodes that share this store/);
    }
    assert.deepEqual(readdirSync(second), []);
    assert.ok((await prepareRootSecret(second, "of all nodes", shared)).ok);
  });
});
