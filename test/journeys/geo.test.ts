// Places of calls on a real node: a real database of places, addresses as a trusted proxy forwards them.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type MmdbValue, mmdbOf, placeRecord } from "../support/mmdb.ts";
import {
  answerMismatches,
  PROTOCOL_VECTORS,
  PROTOCOL_WORKSPACE,
  type ProtocolVector,
  sendVector,
} from "../support/protocol-vectors.ts";
import { type RunningNode, runServe, startNode } from "../support/start-node.ts";

const LONDON = placeRecord("GB", {
  city: { names: { en: "London" } },
  subdivisions: [{ iso_code: "ENG" }],
});
const NETWORKS: Readonly<Record<string, MmdbValue>> = {
  "192.0.2.0/24": placeRecord("CU"),
  "198.51.100.0/24": placeRecord("FR"),
  "198.51.100.0/26": placeRecord("US"),
  "203.0.113.0/24": LONDON,
  "2001:db8:77::/48": placeRecord("FR"),
};

let folder: string;
let node: RunningNode;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "dunlin-geo-"));
  const file = join(folder, "places.mmdb");
  await writeFile(file, mmdbOf({ networks: NETWORKS, recordSize: 28 }));
  node = await startNode({
    args: ["--domain", "demdex.net", "--trust-proxy", "127.0.0.1/32", "--geo", file],
  });
});
after(async () => {
  await node[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Publishes the protocol's workspace with changes to partner alpha and to its traits. */
async function publish(
  alpha: Readonly<Record<string, unknown>>,
  rules: readonly string[] = [],
): Promise<void> {
  const partners = PROTOCOL_WORKSPACE.partners.map((partner) =>
    partner.pid === 1957 ? { ...partner, ...alpha } : partner,
  );
  const traits = rules.map((traitRule, index) => {
    return { sid: index + 1, pid: 1957, dataSourceId: 1002, name: traitRule, traitRule };
  });
  const document =
    rules.length === 0
      ? { ...PROTOCOL_WORKSPACE, partners }
      : { ...PROTOCOL_WORKSPACE, partners, traits, segments: [], destinations: [] };
  const answer = await node.manage("PUT", "/v1/workspace", document);
  assert.equal(answer.status, 200, answer.text);
}

async function traitsOf(address: string, query: string): Promise<unknown> {
  const answer = await node.collect(`/event?d_rtbd=json&d_cts=2&${query}`, {
    host: "alpha.demdex.net",
    headers: { "X-Forwarded-For": address },
  });
  // Ours, and any other form fails the assertion on it.
  return (answer.json() as { readonly traits?: unknown }).traits;
}

const VECTORS: readonly (readonly [
  name: string,
  address: string,
  alpha: Readonly<Record<string, unknown>>,
])[] = [
  ["country-embargoed", "192.0.2.9", {}],
  ["country-blocked-by-partner", "198.51.100.77", { blockedCountries: ["FR"] }],
  ["country-blocked-by-partner", "2001:db8:77::1", { blockedCountries: ["FR"] }],
  ["ip-obfuscated-before-geo", "198.51.100.77", { blockedCountries: ["FR"], ipObfuscation: "all" }],
];

for (const [name, address, alpha] of VECTORS) {
  test(`${name}, from ${address}`, async () => {
    await publish(alpha);
    const vector = PROTOCOL_VECTORS.find((row) => row.name === name);
    assert.ok(vector !== undefined, "no such vector");
    const request: ProtocolVector["request"] = {
      ...vector.request,
      headers: { ...vector.request.headers, "X-Forwarded-For": address },
    };
    const answer = await sendVector(request, node.collectUrl);
    assert.deepEqual(answerMismatches(answer, vector.expect), []);
  });
}

test("rules see the visitor's place, whatever the client says of it", async () => {
  await publish({}, [
    'd_country == "UK" AND d_country == "gb"',
    'd_city == "london"',
    'd_country == "fr"',
  ]);
  assert.deepEqual(await traitsOf("203.0.113.5", "d_country=fr"), [1, 2]);
  assert.deepEqual(await traitsOf("10.0.0.1", "d_country=fr"), [3]);
});

test("rules see the visitor's device", async () => {
  await publish({}, ['d_device_hardware_type == "mobile phone" AND d_device_os_version == "5_0"']);
  const agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 5_0 like Mac OS X) AppleWebKit/534.46";
  assert.deepEqual(await traitsOf("10.0.0.1", `h_user-agent=${encodeURIComponent(agent)}`), [1]);
});

const DAMAGED: readonly (readonly [what: string, damage: (file: Buffer) => Buffer, why: RegExp])[] =
  [
    ["that is none", () => Buffer.from("no database"), /no MMDB file/],
    ["that is empty", () => Buffer.alloc(0), /no MMDB file/],
    ["that is cut", (file) => file.subarray(0, file.length / 2), /no MMDB file/],
    [
      "whose tree is damaged",
      (file) => Buffer.concat([Buffer.alloc(6, 255), file.subarray(6)]),
      /leads outside/,
    ],
  ];

for (const [what, damage, why] of DAMAGED) {
  test(`a node does not start with a database ${what}`, async () => {
    const file = join(folder, "damaged.mmdb");
    await writeFile(file, damage(mmdbOf({ networks: NETWORKS })));
    const args = ["--collect", "127.0.0.1:0", "--manage", "127.0.0.1:0"];
    const started = runServe(["--data", join(folder, "never"), "--geo", file, ...args]);
    assert.deepEqual(await started.ended, { code: 2, signal: null });
    const { stderr, stdout } = started.output();
    assert.equal(stdout, "");
    assert.match(stderr, /^dunlin: --geo: E_FILE: Expected an MMDB .*damaged\.mmdb: .*\n$/);
    assert.match(stderr, why);
  });
}

test("a node without a database of places says what it cannot do", async () => {
  await using without = await startNode();
  assert.match(without.output().stderr, /Without a database of places no call is refused/);
  assert.doesNotMatch(node.output().stderr, /database of places/);
});
