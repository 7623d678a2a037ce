import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { asSegmentId } from "../model/ids.ts";
import { type DestinationCall, indexDestinations, planDestinations } from "./plan.ts";
import { aCall, aCookieDestination, aMapping, SITES } from "./test-builders.ts";

type Keys = Parameters<typeof aCookieDestination>[0];

function plan(keys: Keys, call: Partial<DestinationCall> = {}) {
  return planDestinations(indexDestinations([aCookieDestination(keys)], SITES), aCall(call));
}

function value(keys: Keys): string | undefined {
  return plan(keys).stuff[0]?.cv;
}

const XXY = [
  aMapping({ mappingId: 1, sid: 101, traitAlias: "x", valueAlias: "1" }),
  aMapping({ mappingId: 2, sid: 102, traitAlias: "x", valueAlias: "2" }),
  aMapping({ mappingId: 3, sid: 103, traitAlias: "y", valueAlias: "3" }),
];

describe("the four formats of a cookie's value", () => {
  const separators = { valueSeparator: "&", serializationSeparator: ";", singleKey: "x" } as const;
  const rows = [
    { formatType: "single_key", serializationEnabled: false, expected: "x=1&x=2&x=3" },
    { formatType: "key_value", serializationEnabled: false, expected: "x=1&x=2&y=3" },
    { formatType: "single_key", serializationEnabled: true, expected: "x=1;2;3" },
    { formatType: "key_value", serializationEnabled: true, expected: "x=1;2&y=3" },
  ] as const;
  for (const { expected, ...format } of rows) {
    const serialized = format.serializationEnabled ? "serialized" : "not serialized";
    it(`${format.formatType}, ${serialized}, is ${expected}`, () => {
      assert.equal(value({ ...separators, ...format, mappings: XXY }), expected);
    });
  }

  it("a serialized key has each value once", () => {
    const mappings = XXY.map((mapping) => ({ ...mapping, valueAlias: "same" }));
    const format = { formatType: "key_value", serializationEnabled: true } as const;
    assert.equal(value({ ...separators, ...format, mappings }), "x=same&y=same");
  });

  it("the value is raw: the client encodes it", () => {
    const mappings = [aMapping({ valueAlias: "a b;ü%" })];
    assert.equal(value({ mappings }), "key=a b;ü%");
  });
});

describe("a value that is too long", () => {
  it("loses pairs from the end of the order of priority until its encoded form fits", () => {
    // "key=1" is 7 characters once encoded ("%3D"), each further pair 10 ("%2C" and "%3D").
    assert.equal(value({ maxSize: 27, mappings: XXY }), "key=1,key=2,key=3");
    assert.equal(value({ maxSize: 26, mappings: XXY }), "key=1,key=2");
    assert.equal(value({ maxSize: 16, mappings: XXY }), "key=1");
  });

  it("is left out and counted when not even the first pair fits", () => {
    assert.deepEqual(plan({ maxSize: 6, mappings: XXY }), {
      stuff: [],
      dests: [],
      cookieOverflowCount: 1,
    });
  });

  it("keeps as many of a thousand pairs as fit", () => {
    const segments = Array.from({ length: 1000 }, (_, index) => asSegmentId(index + 1));
    const mappings = segments.map((sid) => aMapping({ mappingId: sid, sid, valueAlias: "ü" }));
    const { stuff } = plan({ maxSize: 2048, mappings }, { segments });
    const encoded = encodeURIComponent(stuff[0]?.cv ?? "").length;
    const pair = encodeURIComponent(",key=ü").length;
    assert.ok(encoded <= 2048 && encoded + pair > 2048, `${encoded} characters`);
  });
});

describe("publish data to", () => {
  const hosts = ["sports.com", "golf.sports.com", "notsports.com", "news.example", null];
  const rows = [
    { domainRestrictions: "all_domains", reached: hosts },
    { domainRestrictions: "inclusion", reached: ["sports.com", "golf.sports.com"] },
    { domainRestrictions: "exclusion", reached: ["notsports.com", "news.example", null] },
  ] as const;
  for (const { domainRestrictions, reached } of rows) {
    it(`${domainRestrictions} of the site sports.com reaches ${reached.join(", ")}`, () => {
      const keys = { domainRestrictions, siteIDs: [312], mappings: XXY };
      const reachedNow = hosts.filter((pageHost) => plan(keys, { pageHost }).stuff.length > 0);
      assert.deepEqual(reachedNow, reached);
    });
  }
});

describe("a visitor who leaves the last segment of a cookie", () => {
  const keys = { clearOnDisqualify: true, cnameDomain: ".sports.com", mappings: XXY };
  const left = { segments: [], lost: [asSegmentId(101)] };

  it("has it deleted where the destination says so", () => {
    const { stuff } = plan(keys, left);
    assert.deepEqual(stuff, [{ cn: "adobe", cv: "0", ttl: -1, dmn: ".sports.com" }]);
  });

  it("keeps it otherwise, until its life ends", () => {
    assert.deepEqual(plan({ ...keys, clearOnDisqualify: false }, left).stuff, []);
  });

  it("is told once: a call that loses nothing says nothing", () => {
    assert.deepEqual(plan(keys, { segments: [], lost: [] }).stuff, []);
  });

  it("keeps it while another segment of the cookie remains", () => {
    const call = { segments: [asSegmentId(102)], lost: [asSegmentId(101)] };
    assert.equal(plan(keys, call).stuff[0]?.cv, "key=2");
  });
});
