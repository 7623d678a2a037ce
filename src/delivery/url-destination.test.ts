import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { asSegmentId } from "../model/ids.ts";
import { type DestinationCall, indexDestinations, planDestinations } from "./plan.ts";
import { aCall, aMapping, aUrlDestination } from "./test-builders.ts";
import { MAX_URL_LENGTH } from "./url-destination.ts";

function dests(
  destination: ReturnType<typeof aUrlDestination>,
  call: Partial<DestinationCall> = {},
) {
  return planDestinations(indexDestinations([destination], []), aCall(call)).dests;
}

function rendered(url: string, call: Partial<DestinationCall> = {}): string | undefined {
  return dests(aUrlDestination({ mappings: [aMapping({ url, traitAlias: "a" })] }), call)[0]?.c;
}

describe("macros", () => {
  it("are known in any letter case", () => {
    assert.equal(rendered("//p/?%Alias%%ALIAS%%aLiAs%"), "//p/?aaa");
    assert.equal(rendered("//p/?%REGION%&%Dpid_1%&${gdpr}"), "//p/?7&CustomerABC&0");
  });

  it("that do not exist stay in the URL as they stand", () => {
    const url = "//p/100%25/%rand%/%aliases%/%dpid_x%/${GDPR_CONSENT_ME}/%did";
    assert.equal(rendered(url), url);
  });

  it("may share a percent sign with text that is no macro", () => {
    assert.equal(rendered("//p/%a%alias%b%"), "//p/%aab%");
  });

  it("are percent-encoded, and the alias is not", () => {
    const call = { declaredId: () => "a b&c=ü/%alias%", mid: () => "" };
    const encoded = "a%20b%26c%3D%C3%BC%2F%25alias%25";
    assert.equal(rendered("//p/?i=%dpid_7%&m=%mcid%", call), `//p/?i=${encoded}&m=`);
    const mappings = [aMapping({ url: "//p/?%alias%", traitAlias: "k=ü&%did%" })];
    assert.equal(dests(aUrlDestination({ mappings }))[0]?.c, "//p/?k=ü&%did%");
  });

  it("never fail: half a surrogate pair becomes the replacement character", () => {
    assert.equal(rendered("//p/?%dpid_1%", { declaredId: () => "\ud800" }), "//p/?%EF%BF%BD");
  });

  it("are empty where the visitor has no such ID", () => {
    assert.equal(rendered("//p/?[%dpid_404%]", { declaredId: () => null }), "//p/?[]");
  });

  it("ask for the visitor's MID only where a URL wants it", () => {
    assert.equal(rendered("//p/", { mid: () => assert.fail("asked for the MID") }), "//p/");
  });

  it("draw one random number a call, below 2^31", () => {
    const draws = [0.999_999_999_9];
    const random = () => draws.pop() ?? assert.fail("drawn twice");
    assert.equal(rendered("//p/%rnd%/%rnd%", { random }), "//p/2147483647/2147483647");
  });

  it("without an alias, the segment's ID stands for it", () => {
    const mappings = [aMapping({ sid: 102, url: "//p/%alias%" })];
    assert.equal(dests(aUrlDestination({ mappings }))[0]?.c, "//p/102");
  });
});

describe("a URL destination for social platforms", () => {
  const destination = aUrlDestination({ urlType: "SOCIAL", mappings: [aMapping({ url: "//p/" })] });

  it("says that the referrer may be seen", () => {
    assert.deepEqual(dests(destination), [{ id: "1-1", y: "img", c: "//p/", hr: 0 }]);
  });

  it("says nothing of it to mobile platforms", () => {
    assert.deepEqual(dests(destination, { platform: "ios" }), [{ id: "1-1", y: "img", c: "//p/" }]);
  });
});

describe("a serialized URL destination", () => {
  it("lists each alias once, in order of priority", () => {
    const destination = aUrlDestination({
      serializationEnabled: true,
      urlFormatString: "//p/?%alias%",
      delimiter: ",",
      mappings: [
        aMapping({ mappingId: 1, sid: 101, traitAlias: "x" }),
        aMapping({ mappingId: 2, sid: 102, traitAlias: "y", priority: 1 }),
        aMapping({ mappingId: 3, sid: 103, traitAlias: "x" }),
      ],
    });
    assert.deepEqual(dests(destination), [{ id: "1", y: "img", c: "//p/?y,x" }]);
  });

  it("is split where the URL, or the secure URL, would grow too long, and loses no alias", () => {
    const count = 500;
    const segments = Array.from({ length: count }, (_, index) => asSegmentId(index + 1));
    const destination = aUrlDestination({
      serializationEnabled: true,
      urlFormatString: "http://p/?%alias%",
      secureUrlFormatString: "https://secure.example/a/much/longer/path?%alias%&again=%alias%",
      delimiter: ";;",
      mappings: segments.map((sid) =>
        aMapping({ mappingId: sid, sid, traitAlias: `alias-${sid}`.padEnd(30, "x") }),
      ),
    });
    const entries = dests(destination, { segments });
    assert.deepEqual(
      entries.map((entry) => entry.id),
      ["1", "1-2", "1-3", "1-4", "1-5"],
    );
    for (const entry of entries) assert.ok((entry.e?.length ?? 0) <= MAX_URL_LENGTH);
    // Greedy: one more alias would not have fitted anywhere but in the last entry.
    for (const entry of entries.slice(0, -1)) {
      assert.ok((entry.e?.length ?? 0) > MAX_URL_LENGTH - 2 * 32);
    }
    const lists = entries.flatMap((entry) => /&again=(.*)/.exec(entry.c)?.[1]?.split(";;") ?? []);
    assert.equal(new Set(lists).size, count);
  });

  it("of exactly 8,000 characters is not split, of one more it is", () => {
    const entriesFor = (length: number) =>
      dests(
        aUrlDestination({
          serializationEnabled: true,
          urlFormatString: "//p/?%alias%",
          delimiter: ",",
          mappings: [
            aMapping({ mappingId: 1, sid: 101, traitAlias: "x".repeat(length - "//p/?,y".length) }),
            aMapping({ mappingId: 2, sid: 102, traitAlias: "y" }),
          ],
        }),
      ).map((entry) => entry.c.length);
    assert.deepEqual(entriesFor(MAX_URL_LENGTH), [MAX_URL_LENGTH]);
    assert.deepEqual(entriesFor(MAX_URL_LENGTH + 1), [MAX_URL_LENGTH - 1, "//p/?y".length]);
  });
});
