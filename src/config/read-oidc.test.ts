import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "./read-config.ts";
import { readBaseUrl, readOidcRoles } from "./read-oidc.ts";

test("the provider and the way back are reached over TLS, or on this machine", () => {
  assert.deepEqual(readBaseUrl("https://id.example.com/realm/"), {
    ...{ ok: true, value: "https://id.example.com/realm" },
  });
  assert.equal(readBaseUrl("http://127.0.0.1:9000").ok, true);
  for (const wrong of [
    "http://id.example.com",
    "https://a@b.example",
    "https://b/?x=1",
    "id",
    "",
  ]) {
    assert.equal(readBaseUrl(wrong).ok, false, wrong);
  }
});

test("values of a claim stand for roles", () => {
  assert.deepEqual(readOidcRoles("admins=installation, shop team=1957:editor"), {
    ok: true,
    value: [
      { value: "admins", pid: null, role: "administrator" },
      { value: "shop team", pid: 1957, role: "editor" },
    ],
  });
  for (const wrong of [
    "admins",
    "a=1957",
    "a=1957:king",
    "a=x:viewer",
    "=1:viewer",
    "a=1:viewer,",
  ]) {
    assert.equal(readOidcRoles(wrong).ok, false, wrong);
  }
});

test("logins by OpenID Connect are set up whole, or not at all", () => {
  const issuer = ["--oidc-issuer", "https://id.example.com"];
  const part = readConfig(issuer, {});
  assert.ok(!part.ok);
  assert.deepEqual(
    part.error.map(({ where }) => where),
    ["--oidc-client-id", "--oidc-base", "--oidc-roles"],
  );
  const rest = ["--oidc-client-id", "dunlin", "--oidc-base", "https://dunlin.example.com"];
  const whole = readConfig([...issuer, ...rest, "--oidc-roles", "a=1:viewer"], {});
  assert.ok(whole.ok, JSON.stringify(whole));
  assert.equal(readConfig(["--oidc-roles", "a=1:viewer"], {}).ok, false);
});
