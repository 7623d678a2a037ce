// Documents that nobody writes by hand: faults, not crashes; ceilings; warnings that prevent nothing.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Fault } from "@dunlin/contract/workspace";
import { seededRandom } from "../../test/support/random.ts";
import { aDocument, aPartner, aSegment, aTrait, plant } from "./builders.ts";
import { CATALOG_LIMITS } from "./limits.ts";
import { readWorkspace } from "./read-workspace.ts";

function faultsOf(document: unknown): readonly Fault[] {
  const read = readWorkspace(document);
  return read.ok ? [] : read.error;
}

const briefly = (faults: readonly Fault[]) => faults.map(({ at, code }) => [at, code]);

describe("a hostile document", () => {
  it("need be no object", () => {
    for (const input of [null, undefined, 1, "x", [], true, new Date(0), new Map()]) {
      assert.deepEqual(briefly(faultsOf(input)), [["", "E_TYPE"]]);
    }
  });

  it("cannot smuggle in what objects inherit", () => {
    const document = JSON.parse(
      '{"__proto__": {"partners": 5}, "constructor": {}, "partners": [{"__proto__": {"pid": 1}}]}',
    );
    const faults = briefly(faultsOf(document));
    assert.deepEqual(faults.slice(0, 1), [["/partners/0/pid", "E_MISSING_KEY"]]);
    assert.ok(faults.some(([at, code]) => at === "/__proto__" && code === "E_UNKNOWN_KEY"));
    assert.ok(
      faults.some(([at, code]) => at === "/partners/0/__proto__" && code === "E_UNKNOWN_KEY"),
    );
  });

  it("may be nested deeper than any stack", () => {
    let deep: unknown = 1;
    for (let level = 0; level < 200_000; level += 1) deep = [deep];
    for (const pointer of [
      "/traits/0",
      "/traits/0/name",
      "/settings/tcf",
      "/segments/0/segmentRule",
    ]) {
      const document = aDocument();
      plant(document, pointer, deep);
      assert.ok(faultsOf(document).some(({ at, code }) => at === pointer && code === "E_TYPE"));
    }
    const document = aDocument();
    plant(document, "/destinations/3/realtime", deep);
    assert.deepEqual(
      faultsOf(document).map(({ code }) => code),
      ["E_LIMIT"],
    );
  });

  it("may have server destinations with more than anybody reads", () => {
    const document = aDocument();
    plant(
      document,
      "/destinations/3/realtime",
      Array.from({ length: 20_000 }, () => [0]),
    );
    assert.deepEqual(
      faultsOf(document).map(({ code }) => code),
      ["E_LIMIT"],
    );
    plant(document, "/destinations/3/realtime", Number.NaN);
    assert.deepEqual(briefly(faultsOf(document)), [["/destinations/3/realtime", "E_VALUE"]]);
  });

  it("has its first thousand faults named and the others counted", () => {
    const faults = faultsOf({ traits: Array.from({ length: 3_000 }, () => 0) });
    assert.equal(faults.length, CATALOG_LIMITS.faults + 1);
    assert.deepEqual(faults.at(-1), {
      at: "",
      code: "E_LIMIT",
      message: "There are 2000 more faults, which are not listed.",
    });
  });

  it("has keys that a JSON pointer must escape, and endless ones, which are cut", () => {
    const endless = "k".repeat(100_000);
    const faults = faultsOf({ "a/b~c": 1, [endless]: 1 });
    assert.equal(faults[0]?.at, "/a~1b~0c");
    assert.ok(JSON.stringify(faults[1]).length < 1_000);
  });

  it("may be anything at all: random damage gives faults or a workspace, never an exception", () => {
    const seed = 4_711;
    const random = seededRandom(seed);
    const values: readonly unknown[] = [
      null,
      true,
      -1,
      0,
      1.5,
      1e308,
      Number.NaN,
      "",
      "5001T",
      "\u0000",
      [],
      [[]],
      [null],
      {},
      { a: {} },
    ];
    const damage = (value: unknown): unknown => {
      if (random.chance(0.02)) return random.pick(values);
      if (Array.isArray(value)) return value.map(damage);
      if (typeof value !== "object" || value === null) return value;
      const entries = Object.entries(value).filter(() => !random.chance(0.01));
      return Object.fromEntries(entries.map(([key, part]) => [key, damage(part)]));
    };
    let faulty = 0;
    for (let round = 0; round < 1_000; round += 1) {
      const document = damage(aDocument());
      try {
        faulty += faultsOf(document).length > 0 ? 1 : 0;
      } catch (error) {
        assert.fail(`seed ${seed}, round ${round}: ${error}\n${JSON.stringify(document)}`);
      }
    }
    assert.ok(faulty > 900);
  });
});

describe("ceilings are counted partner by partner", () => {
  const many = (count: number, item: (index: number) => object) =>
    Array.from({ length: count }, (_, index) => item(index));
  const partners = [aPartner(1), aPartner(2)];
  const dataSources = [{ dataSourceId: 5, pid: null, name: "x", idType: "COOKIE" }];
  const owned = { pid: 1, dataSourceId: 5 };

  it("of folders, destinations, algorithmic traits and the Active Audience", () => {
    const folder = (index: number) => ({
      folderId: index + 1,
      name: "f",
      traitSid: 10_000 + index,
    });
    const cookie = (index: number) => ({
      destinationId: index + 1,
      name: `${index}`,
      destinationType: "ADS",
      cookieName: "c",
      singleKey: "k",
    });
    const document = {
      partners,
      dataSources,
      folders: [
        ...many(2_001, (index) => ({ ...folder(index), pid: 1 })),
        ...many(2_000, (index) => ({ ...folder(index + 2_001), pid: 2 })),
      ],
      destinations: many(1_001, (index) => ({ ...cookie(index), pid: 2 })),
      traits: [
        ...many(51, (index) => aTrait(index + 1, { ...owned, traitType: "ALGO_TRAIT" })),
        ...many(2, (index) => aTrait(index + 90, { ...owned, traitType: "ACTIVE_AUDIENCE_TRAIT" })),
      ],
    };
    assert.deepEqual(briefly(faultsOf(document)), [
      ["/folders/2000", "E_LIMIT"],
      ["/traits/50", "E_LIMIT"],
      ["/traits/52", "E_LIMIT"],
      ["/destinations/1000", "E_LIMIT"],
    ]);
  });

  it("of segments", () => {
    const document = {
      partners,
      dataSources,
      traits: [aTrait(1, owned)],
      segments: many(20_001, (index) => aSegment(index + 2, "1T", owned)),
    };
    assert.deepEqual(briefly(faultsOf(document)), [["/segments/20000", "E_LIMIT"]]);
  });
});

describe("warnings", () => {
  it("tell what the author may not have meant, and prevent nothing", () => {
    const document = aDocument();
    plant(document, "/traits/0/traitRule", 'NOT a == "1"');
    plant(document, "/traits/4/traitRule", "a == 1");
    plant(document, "/destinations/1/name", "COOKIE");
    plant(document, "/destinations/1/mappings/0/url", "//a.example/%dpid_1001%/%DPID_2001%");
    plant(document, "/idSyncs/0/urls", ["//a.example/%dpid_411%/%dpid_77%"]);
    const read = readWorkspace(document);
    assert.ok(read.ok);
    assert.deepEqual(briefly(read.value.warnings), [
      ["/traits/0/traitRule", "W_VACUOUS"],
      ["/traits/4/traitRule", "W_WITHOUT_EFFECT"],
      ["/destinations/1/mappings/0/url", "W_UNKNOWN_REFERENCE"],
      ["/destinations/1/name", "W_DUPLICATE_NAME"],
      ["/idSyncs/0/urls/0", "W_UNKNOWN_REFERENCE"],
    ]);
  });

  it("are none for the sample", () => {
    const read = readWorkspace(aDocument());
    assert.ok(read.ok);
    assert.deepEqual(read.value.warnings, []);
  });
});
