import assert from "node:assert/strict";
import { test } from "node:test";
import { readClient, readTrustedProxies } from "./forwarded.ts";

const trusted = readTrustedProxies(["127.0.0.1/32", "10.0.0.0/8", "2001:db8::/32"]);

function clientOf(peer: string, headers: Readonly<Record<string, string>>) {
  return readClient({ address: peer, secure: false }, (name) => headers[name], trusted);
}

test("a stranger's forwarding headers mean nothing", () => {
  const client = clientOf("198.51.100.9", {
    host: "alpha.example",
    "x-forwarded-for": "1.2.3.4",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "beta.example",
  });
  assert.deepEqual(client, { address: "198.51.100.9", secure: false, host: "alpha.example" });
});

test("the client is the rightmost address that is no trusted proxy", () => {
  const rows: readonly (readonly [forwardedFor: string, address: string])[] = [
    ["203.0.113.7", "203.0.113.7"],
    ["6.6.6.6, 203.0.113.7", "203.0.113.7"],
    ["6.6.6.6, 203.0.113.7, 10.1.2.3", "203.0.113.7"],
    ["203.0.113.7, 2001:db8::1", "203.0.113.7"],
    ["10.1.1.1, 10.2.2.2", "10.1.1.1"],
    ["unknown, 10.2.2.2", "10.2.2.2"],
    ["", "127.0.0.1"],
  ];
  for (const [forwardedFor, address] of rows) {
    const client = clientOf("127.0.0.1", { "x-forwarded-for": forwardedFor });
    assert.equal(client.address, address, forwardedFor);
  }
});

test("a proxy on an IPv4 socket of both families is still the proxy", () => {
  assert.ok(trusted.includes("::ffff:127.0.0.1"));
  assert.ok(!trusted.includes("::ffff:127.0.0.2"));
});

test("scheme and host are those that the nearest proxy wrote", () => {
  const client = clientOf("127.0.0.1", {
    host: "inner.example",
    "x-forwarded-proto": "http, https",
    "x-forwarded-host": "alpha.example",
  });
  assert.equal(client.secure, true);
  assert.equal(client.host, "alpha.example");
});

test("what is no address and no block is refused with a sentence", () => {
  assert.throws(() => readTrustedProxies(["10.0.0.0/99"]), /"10\.0\.0\.0\/99" is neither/);
  assert.throws(() => readTrustedProxies(["proxy.example"]), /"proxy\.example" is neither/);
});
