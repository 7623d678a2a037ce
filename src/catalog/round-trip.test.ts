// Random documents: what is printed reads as the same workspace, and faults planted in them are all found.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { Workspace } from "@dunlin/contract/workspace";
import fc from "fast-check";
import { aDocument, plant } from "./builders.ts";
import { describeChanges } from "./describe-changes.ts";
import { printWorkspace } from "./print-workspace.ts";
import { readWorkspace } from "./read-workspace.ts";

function read(document: unknown): Workspace {
  const result = readWorkspace(document);
  assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.error, null, 1));
  return result.value.workspace;
}

/** As it comes back from a store or over HTTP; without one word, where there is one to leave out. */
const viaJson = (value: unknown, without = "\n"): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll(without, ""));

const flag = fc.boolean();
const name = fc.string({ minLength: 1, maxLength: 20, unit: "binary" });
const status = fc.constantFrom("ACTIVE", "Inactive", "active");
const code = fc.option(name);
const day = fc
  .date({ min: new Date("2000-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const days = { startDate: fc.option(day), endDate: fc.option(day) };
const country = fc.constantFrom("DE", "fr", "IE");
const hosts = fc.constantFrom<string[] | null>(null, [], ["Shop.example", "a-b.example"]);

/** Some of the optional keys, all of the required ones. */
const some = <T extends object>(
  keys: { [K in keyof T]: fc.Arbitrary<T[K]> },
  needed: (keyof T)[],
) => fc.record(keys, { requiredKeys: needed });

const partner = some(
  {
    name,
    idMapping: fc.constantFrom("keyed", "pid-xor"),
    traitsInResponse: flag,
    legacyU: flag,
    caseSensitiveTraits: flag,
    refererAllowList: hosts,
    blockedCountries: fc.uniqueArray(country),
    ipObfuscation: fc.oneof(fc.constantFrom("none", "all"), fc.uniqueArray(country)),
  },
  ["name"],
);
const dataSource = some(
  {
    name,
    idType: fc.constantFrom("CROSS_DEVICE", "COOKIE", "DEVICE_ADVERTISING_ID"),
    retentionMonths: fc.integer({ min: 1, max: 60 }),
    maySync: flag,
    deviceGraph: flag,
    redirectAllowList: hosts,
  },
  ["name", "idType"],
);
const trait = some(
  {
    name,
    traitType: fc.constantFrom("RULE_BASED_TRAIT", "ON_BOARDED_TRAIT", "ALGO_TRAIT"),
    traitRule: fc.constantFrom(null, 'color == "blue"', " a>=1.50   and not( b contains x )"),
    ttl: fc.integer({ min: 0, max: 3650 }),
    status,
    description: fc.string(),
    comments: fc.string(),
    integrationCode: code,
    type: fc.integer({ min: 1, max: 40 }),
    categoryId: fc.option(fc.integer({ min: 1, max: 40 })),
  },
  ["name"],
);
const segment = some({ name, status, integrationCode: code }, ["name"]);
const urlDestination = some(
  {
    name,
    status,
    ...days,
    tagType: fc.constantFrom(0, 1),
    maxPerDay: fc.option(fc.nat(9).map((n) => n + 1)),
  },
  ["name"],
);
const cookieDestination = some(
  {
    name,
    destinationType: fc.constantFrom("ADS", "ads"),
    cookieName: fc.constantFrom("aam", "x.y"),
    cnameDomain: fc.constantFrom("", ".Example.com", "example.com"),
    maxSize: fc.constantFrom(2048, "2048"),
    domainRestrictions: fc.constantFrom("ALL_DOMAINS", "inclusion"),
    formatType: fc.constantFrom("single_key"),
    singleKey: fc.constant("k"),
    clearOnDisqualify: flag,
  },
  ["name", "destinationType", "cookieName", "singleKey"],
);
const serverDestination = fc.record({
  name,
  destinationType: fc.constant("S2S"),
  masterDpid: fc.nat(),
  realtime: fc.jsonValue({ maxDepth: 3 }).map((value) => viaJson(value, "__proto__")),
});
const mapping = some({ ...days, priority: fc.option(fc.integer({ min: 0, max: 9 })) }, []);

/** Gives the parts their IDs and owners, so that everything they refer to exists. */
const documents = fc
  .record({
    partners: fc.array(partner, { minLength: 1, maxLength: 3 }),
    dataSources: fc.array(dataSource, { minLength: 1, maxLength: 4 }),
    traits: fc.array(trait, { minLength: 1, maxLength: 6 }),
    segments: fc.array(segment, { minLength: 1, maxLength: 4 }),
    urls: fc.array(urlDestination, { maxLength: 2 }),
    cookies: fc.array(cookieDestination, { maxLength: 2 }),
    servers: fc.array(serverDestination, { maxLength: 2 }),
    mapping,
    settings: some({ cookieConfirm: flag, oversize: fc.constantFrom("soft", "http") }, []),
  })
  .map((parts) => {
    const pids = parts.partners.map((_, index) => index + 1);
    const pidOf = (index: number) => pids[index % pids.length] ?? 1;
    const shared = { dataSourceId: 900, pid: null, name: "Shared", idType: "COOKIE" };
    const mapped = { mappingId: 4, sid: 2001, ...parts.mapping };
    const destinations = [
      ...parts.urls.map((url) => ({
        ...url,
        destinationType: "PUSH",
        mappings: [{ ...mapped, url: "https://a.example/?s=%ALIAS%" }],
      })),
      ...parts.cookies.map((cookie) => ({ ...cookie, mappings: [{ ...mapped, valueAlias: "x" }] })),
      ...parts.servers.map((server) => ({ ...server, mappings: [mapped] })),
    ];
    return {
      settings: parts.settings,
      partners: parts.partners.map((item, index) => ({
        ...item,
        pid: pidOf(index),
        alias: `Alias-${index}`,
        orgId: `${index}`.padStart(24, "A").concat("@AdobeOrg"),
      })),
      dataSources: [
        shared,
        ...parts.dataSources.map((item, index) => ({
          ...item,
          dataSourceId: 901 + index,
          pid: pidOf(index),
        })),
      ],
      traits: parts.traits.map((item, index) => ({
        ...item,
        sid: 1001 + index,
        pid: pidOf(index),
        dataSourceId: 900,
      })),
      segments: parts.segments.map((item, index) => {
        const own = parts.traits.findIndex((_, at) => pidOf(at) === pidOf(index));
        return {
          ...item,
          sid: 2001 + index,
          pid: pidOf(index),
          dataSourceId: 900,
          segmentRule: `( ${1001 + Math.max(own, 0)}t )`,
        };
      }),
      destinations: destinations.map((item, index) => ({
        ...item,
        destinationId: 70 + index,
        pid: 1,
      })),
    };
  })
  // A partner without traits can have no segments.
  .filter(({ traits, segments }) =>
    segments.every(({ pid }) => traits.some((item) => item.pid === pid)),
  );

describe("a workspace that is printed", () => {
  it("reads as the same workspace, and applying it changes nothing", () => {
    fc.assert(
      fc.property(documents, (document) => {
        const workspace = read(viaJson(document));
        const again = read(viaJson(printWorkspace(workspace)));
        assert.deepEqual(again, workspace);
        assert.deepEqual(describeChanges(workspace, again), {});
      }),
      { numRuns: 200 },
    );
  });

  it("holds every rule as its author wrote it, statuses in capitals, and all defaults", () => {
    const document = aDocument();
    plant(document, "/traits/0/traitRule", '  color   == "blue" and NOT x == 1');
    const printed = printWorkspace(read(document));
    const [first, second] = read(viaJson(printed)).traits;
    assert.equal(first?.traitRule, '  color   == "blue" and NOT x == 1');
    assert.equal(first?.status, "ACTIVE");
    assert.deepEqual(second, {
      sid: 5002,
      pid: 1957,
      dataSourceId: 1002,
      name: "Trait 5002",
      traitType: "RULE_BASED_TRAIT",
      traitRule: "price > 100",
      ttl: 120,
      status: "ACTIVE",
      folderId: 2,
      description: "",
      comments: "",
      integrationCode: null,
      type: 1,
      categoryId: null,
    });
  });

  it("has the keys of server destinations where they were written", () => {
    const { destinations } = printWorkspace(read(aDocument()));
    const server = Array.isArray(destinations) ? destinations.at(-1) : undefined;
    assert.equal(server.masterDpid, 1001);
    assert.deepEqual(server.realtime, { enabled: true, serverId: 3 });
    assert.equal("ownKeys" in server, false);
  });

  it("is the workspace of the protocol's vectors again", () => {
    const text = readFileSync(
      new URL("../../cases/protocol.workspace.json", import.meta.url),
      "utf8",
    );
    const workspace = read(JSON.parse(text));
    assert.deepEqual(read(viaJson(printWorkspace(workspace))), workspace);
    assert.equal(workspace.partners.length, 2);
    assert.equal(workspace.dataSources[0]?.authenticatedProfile, true);
  });
});

/** Faults of one object each: key, value and code. None of them makes another object wrong. */
const PLANTS = [
  ["partners", "alias", "www", "E_VALUE"],
  ["partners", "strictMode", 1, "E_TYPE"],
  ["partners", "notAKeyOfOurs", 1, "E_UNKNOWN_KEY"],
  ["dataSources", "retentionMonths", 61, "E_VALUE"],
  ["dataSources", "name", ["x"], "E_TYPE"],
  ["dataSources", "pid", 999_999, "E_UNKNOWN_REFERENCE"],
  ["traits", "dataSourceId", 999_999, "E_UNKNOWN_REFERENCE"],
  ["traits", "folderId", 999_999, "E_UNKNOWN_REFERENCE"],
  ["traits", "traitRule", "a = 1", "E_SINGLE_EQUALS"],
  ["traits", "ttl", 3_651, "E_VALUE"],
  ["segments", "segmentRule", "1001", "E_BAD_TRAIT_ID"],
  ["segments", "mergeRuleId", 999_999, "E_UNKNOWN_REFERENCE"],
  ["segments", "name", "x".repeat(256), "E_LIMIT"],
  ["destinations", "endDate", "2026-13-01", "E_VALUE"],
  ["destinations", "mappings", null, "E_TYPE"],
] as const;

describe("faults planted in a random document", () => {
  it("are all found, each at its place, and nothing else is", () => {
    const plants = fc.array(fc.record({ fault: fc.constantFrom(...PLANTS), at: fc.nat() }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(documents, plants, (valid, chosen) => {
        const document = viaJson(valid);
        const expected = new Map<string, string>();
        for (const { fault, at } of chosen) {
          const [list, key, value, code] = fault;
          // The shared data source comes first: others refer to it.
          const from = list === "dataSources" ? 1 : 0;
          const count = valid[list].length - from;
          if (count === 0) continue;
          const place = `/${list}/${from + (at % count)}/${key}`;
          plant(document, place, value);
          expected.set(place, code);
        }
        const result = readWorkspace(document);
        const found = new Map(result.ok ? [] : result.error.map(({ at, code }) => [at, code]));
        assert.deepEqual([...found].sort(), [...expected].sort());
      }),
      { numRuns: 200 },
    );
  });
});
