// The management API as its documents describe it, call by call, over a real node: what a client of the incumbent
// sends, and what it looks at. Section numbers are those of the chapter on the management API.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { bearer, Journey } from "../support/access-journey.ts";
import { readCases, testCases } from "../support/management-cases.ts";
import { managementVector } from "../support/management-vectors.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

const device = { pid: 1957, crossDevice: "NONE", device: "DEVICE" };
const trait = { pid: 1957, dataSourceId: 1002 };

let node: RunningNode;
before(async () => {
  node = await startNode({
    workspace: {
      partners: PROTOCOL_WORKSPACE.partners.filter(({ pid }) => pid === 1957),
      dataSources: [
        { dataSourceId: 1001, pid: 1957, name: "CRM", idType: "CROSS_DEVICE" },
        { dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" },
        {
          ...{ dataSourceId: 1003, pid: 1957, name: "Graph", idType: "CROSS_DEVICE" },
          deviceGraph: true,
        },
      ],
      folders: [{ folderId: 12, pid: 1957, name: "Cars", traitSid: 600 }],
      segmentFolders: [{ folderId: 2, pid: 1957, name: "Buyers" }],
      traits: [
        {
          ...trait,
          sid: 5001,
          name: "Blue",
          traitRule: 'color == "blue"',
          integrationCode: "sku-1",
        },
        { ...trait, sid: 5002, name: "Red", traitRule: 'color == "red"', folderId: 12 },
        { ...trait, sid: 5003, name: "Unused" },
      ],
      mergeRules: [
        { mergeRuleId: 10, ...device, name: "Device", default: true },
        { mergeRuleId: 11, ...device, name: "Other" },
      ],
      segments: [{ ...trait, sid: 9001, name: "Blues", segmentRule: "5001T" }],
      partnerSites: [{ siteId: 312, pid: 1957, url: "example.com" }],
      destinations: [
        {
          ...{ destinationId: 8001, pid: 1957, name: "Site cookie", destinationType: "ADS" },
          ...{ cookieName: "aamc", singleKey: "seg", siteIDs: [312] },
          domainRestrictions: "inclusion",
          mappings: [{ mappingId: 1, sid: 9001, valueAlias: "9001" }],
        },
      ],
    },
  });
});
after(() => node[Symbol.asyncDispose]());

describe("each documented call", () => {
  testCases(readCases("documented"), () => node);
});

describe("the documented vectors", () => {
  // Vectors write states and long texts in words: folder 12 holds a trait, and five clauses are these.
  const clauses = Array(5).fill("frequency([5001T] <= 7D) >= 1").join(" AND ");
  const played = [
    ["M24", undefined],
    ["M27", { segmentRule: clauses }],
  ] as const;
  for (const [id, body] of played) {
    const { method, target, status } = managementVector(id);
    test(`${id}: ${method} ${target} is answered with ${status}`, async () => {
      assert.equal((await node.manage(method, target, body)).status, status);
    });
  }
});

/** Every list, and a key of its objects. */
const LISTS: readonly (readonly [list: string, key: string])[] = [
  ...([
    ["traits", "sid"],
    ["segments", "sid"],
    ["datasources", "name"],
  ] as const),
  ...([
    ["folders/traits", "name"],
    ["folders/segments", "name"],
  ] as const),
  ...([
    ["signals/derived", "sourceKey"],
    ["merge-rules", "name"],
    ["id-syncs", "idSyncId"],
  ] as const),
  ...([
    ["taxonomies/0", "name"],
    ["taxonomies/0/1/childCategories", "name"],
  ] as const),
  ...([
    ["customer-trait-types", "pixelType"],
    ["partner-sites", "url"],
  ] as const),
  ...([
    ["dcs-regions", "code"],
    ["partners", "name"],
    ["revisions", "revision"],
  ] as const),
  ...([
    ["destinations", "name"],
    ["destinations/8001/mappings", "sid"],
  ] as const),
  ...([
    ["models", "name"],
    ["algorithms", "name"],
    ["users", "username"],
    ["groups", "name"],
    ["tokens", "name"],
  ] as const),
];

describe("every list", () => {
  before(async () => {
    await node.manage("POST", "/v1/users/", { username: "listed" });
    const model = { name: "Listed", sid: 5001, dataSources: [1002] };
    await node.manage("POST", "/v1/models/", model);
    await node.manage("POST", "/v1/groups/", { name: "Listed" });
    await node.manage("POST", "/v1/tokens/?pid=1957", { name: "Listed", role: "viewer" });
    await node.manage("POST", "/v1/id-syncs/", { dataSourceId: 1001, urls: ["//s.example/x"] });
    const signal = { sourceKey: "a", sourceValue: "1", targetKey: "b", targetValue: "2" };
    await node.manage("POST", "/v1/signals/derived/", signal);
  });

  for (const [list, key] of LISTS) {
    test(`/v1/${list} has pages, an order, a search and permissions`, async () => {
      const ask = async (query: string, status = 200) => {
        const answer = await node.manage("GET", `/v1/${list}/${query}`);
        assert.equal(answer.status, status, `${query}: ${answer.text}`);
        return JSON.parse(answer.text);
      };
      const bare = await ask("");
      assert.ok(Array.isArray(bare) && bare.length > 0);
      const first = { page: 0, pageSize: 10, list: bare.slice(0, 10), total: bare.length };
      assert.deepEqual(await ask("?page=0"), first);
      const one = { ...first, pageSize: 1, list: bare.slice(0, 1) };
      assert.deepEqual(await ask("?pageSize=1"), one);
      assert.deepEqual((await ask("?page=1000&pageSize=1000")).list, []);
      const down = await ask(`?sortBy=${key}&descending=true`);
      assert.equal(down.length, bare.length);
      const names = (items: readonly object[]) => items.map((item) => Reflect.get(item, key));
      const up = names(await ask(`?sortBy=${key}`));
      assert.deepEqual(names(down).toReversed(), up);
      assert.deepEqual(await ask("?search=nowhere%20to%20be%20found"), []);
      assert.deepEqual(
        await ask("?permissions=READ&permissions=WRITE&permissions=DELETE"),
        await ask("?permissions=READ,WRITE,DELETE"),
      );
      for (const item of await ask("?includePermissions=true")) {
        assert.ok(item.permissions.includes("READ"), JSON.stringify(item));
      }
      for (const wrong of [
        "page=-1",
        "pageSize=0",
        "pageSize=1001",
        "sortBy=nothing",
        "permissions=FLY",
        "includePermissions=perhaps",
      ]) {
        const { errors } = await ask(`?${wrong}`, 400);
        assert.equal(errors[0].at, `/${wrong.split("=")[0]}`);
      }
    });
  }
});

/** Calls that journeys of their own try: sheets, counts, lint, metrics, logins and pages. */
const TRIED_ELSEWHERE = [
  ...[/^\/v1\/bulk\//, /^\/v1\/lint/, /^\/v1\/workspace\/plan/, /^\/v1\/segments\/size/],
  ...[/^\/(?!v1\/)/],
];

test("no call of the API is without a case", async () => {
  const { text } = await node.manage("GET", "/openapi.json");
  const paths: Record<string, object> = JSON.parse(text).paths;
  const files = [
    "documented",
    "data-sources",
    "destinations",
    "mappings",
    "reference",
    "installation",
  ];
  const calls = files
    .flatMap((file) => readCases(file).flatMap(({ steps }) => steps))
    .map(({ call }) => call.replace(/\?.*$/, "").replace(/\/$/, "").replace(" /api/", " /"));
  const untried = Object.entries(paths).flatMap(([path, operations]) => {
    if (TRIED_ELSEWHERE.some((one) => one.test(path))) return [];
    const pattern = path.replace(/\/$/, "").replace(/\{[^}]+\}/g, "[^/]+");
    return Object.keys(operations)
      .map((method) => new RegExp(`^${method.toUpperCase()} ${pattern}$`))
      .filter((form) => !calls.some((call) => form.test(call)))
      .map(String);
  });
  assert.deepEqual(untried, []);
});

test("a rule's version by a user who is gone names nobody", async () => {
  const journey = new Journey(node);
  const user = await journey.user(1957, { username: "passing" });
  await journey.made("PUT", `/v1/users/${user.userId}`, { roles: [{ pid: 1957, role: "editor" }] });
  const { changing } = await journey.login(user);
  const body = { name: "Versioned", dataSourceId: 1002, traitRule: "a == 1" };
  const made = await journey.tell({
    method: "POST",
    target: "/v1/traits/",
    headers: changing,
    body,
  });
  const { sid } = JSON.parse(made.text);
  const names = async () => {
    const versions = await journey.made("GET", `/v1/traits/${sid}/trait-rule/versions`);
    return versions.map(({ upUID, userName }: Record<string, unknown>) => [upUID, userName]);
  };
  assert.deepEqual(await names(), [[user.userId, "passing"]]);
  await journey.made("DELETE", `/v1/users/${user.userId}`);
  assert.deepEqual(await names(), [[user.userId, "Not Available"]]);
  const other = await journey.token({ name: "Programs", roles: [{ pid: 1957, role: "editor" }] });
  const target = `/v1/traits/${sid}`;
  const headers = bearer(other.token);
  await journey.tell({ method: "PUT", target, headers, body: { ...body, traitRule: "a == 2" } });
  assert.deepEqual((await names())[0], [0, "Programs"]);
});

test("a trait that is deleted is gone from every visitor, and so is whoever was in a segment for it", async () => {
  const uuid = "11111111111111111114444444444444444444";
  const visitor = async () => {
    const { text } = await node.manage("GET", `/v1/partners/1957/visitors?uuid=${uuid}`);
    const [profile] = JSON.parse(text).profiles;
    const sids = (items: readonly { readonly sid: number }[]) => items.map(({ sid }) => sid);
    return [sids(profile.traits), sids(profile.segments)];
  };
  const rule = { name: "Green", dataSourceId: 1002, traitRule: 'color == "green"' };
  const { sid } = JSON.parse((await node.manage("POST", "/v1/traits/", rule)).text);
  const segment = { name: "Greens", dataSourceId: 1002, segmentRule: `${sid}T` };
  const made = JSON.parse((await node.manage("POST", "/v1/segments/", segment)).text);
  await node.collect(`/event?color=green&d_uuid=${uuid}`, { host: "alpha.dcs.localhost" });
  assert.deepEqual(await visitor(), [[sid], [made.sid]]);
  await node.manage("DELETE", `/v1/segments/${made.sid}`);
  assert.equal((await node.manage("DELETE", `/v1/traits/${sid}`)).status, 204);
  assert.deepEqual(await visitor(), [[], []]);
});

/** What bodies hold beside a name. */
const NAMED: Readonly<Record<string, object>> = {
  traits: { dataSourceId: 1002 },
  segments: { dataSourceId: 1002, segmentRule: "5001T" },
  "folders/traits": {},
  "folders/segments": {},
  datasources: {},
  "merge-rules": { crossDevice: "NONE", device: "DEVICE" },
  destinations: { destinationType: "PUSH" },
  groups: {},
  "customer-trait-types": {},
};

for (const [path, rest] of Object.entries(NAMED)) {
  test(`a name in ${path} has 255 characters at most, whatever they are`, async () => {
    const make = (name: string) => node.manage("POST", `/v1/${path}/`, { ...rest, name });
    const longest = await make(`${path}, a-b |${"ü".repeat(255)}`.slice(0, 255));
    assert.equal(longest.status, 201, longest.text);
    const longer = await make("ü".repeat(256));
    assert.equal(longer.status, 400, longer.text);
    assert.equal(JSON.parse(longer.text).errors[0].at, "/name");
  });
}

test("a body may have ten megabytes, and a workspace more", async () => {
  const comments = "x".repeat(10 * 1024 * 1024);
  const body = { name: "Long", dataSourceId: 1002, comments };
  const answer = await node.manage("POST", "/v1/traits/", body);
  assert.equal(answer.status, 413);
  assert.equal(JSON.parse(answer.text).error, "too_large");
  const workspace = await node.manage("PUT", "/v1/workspace", { comments });
  assert.equal(workspace.status, 400);
  assert.equal(JSON.parse(workspace.text).errors[0].code, "E_UNKNOWN_KEY");
});
