import assert from "node:assert/strict";
import { createHmac, hkdfSync } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseDeviceId, parseMid } from "../model/ids.ts";
import { printHalves } from "./halves.ts";
import { buildIdMapping, type IdMapping } from "./id-mapping.ts";
import { pidMask } from "./pid-xor-mapping.ts";

const SECRET = new TextEncoder().encode("a root secret for tests");
const ORG = "A1B2C3D4E5F60718293A4B5C@AdobeOrg";
const UUID = "22920112968019678612904394744954398990";

function mapping(idMapping: "keyed" | "pid-xor", pid = 1957, orgId = ORG): IdMapping {
  return buildIdMapping({ pid, orgId, idMapping }, SECRET);
}

function device(text: string) {
  const id = parseDeviceId(text);
  assert.ok(id, `${text} is no device ID`);
  return id;
}

function mid(text: string) {
  const id = parseMid(text);
  assert.ok(id, `${text} is no MID`);
  return id;
}

const half = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const anyId = fc
  .record({ high: half, low: half })
  .filter(({ high, low }) => high !== 0n || low !== 0n)
  .map(printHalves);

describe("pid-xor mapping", () => {
  it("gives the MIDs that two organisations are known to see of one device", () => {
    assert.equal(
      mapping("pid-xor", 1957).midOf(device(UUID)),
      "22845954047972068642896981047981475499",
    );
    assert.equal(
      mapping("pid-xor", 2948).midOf(device(UUID)),
      "14620914396865508972579089148027396746",
    );
  });

  it("leads from the known MIDs back to the device", () => {
    const known = mid("22845954047972068642896981047981475499");
    assert.equal(mapping("pid-xor", 1957).deviceOf(known), UUID);
  });

  it("repeats the partner's binary digits as often as they fit into 63 bits", () => {
    assert.equal(pidMask(1957), 0x7a5f4be97d2fa5n);
    assert.equal(pidMask(2948), 0xb84b84b84b84b84n);
    assert.equal(pidMask(1), 2n ** 63n - 1n);
  });

  it("keeps the one ID whose MID would be 38 zeros: it maps to itself", () => {
    const mask = pidMask(1957);
    const id = printHalves({ high: mask, low: mask });
    assert.equal(mapping("pid-xor", 1957).midOf(device(id)), id);
    assert.equal(mapping("pid-xor", 1957).deviceOf(mid(id)), id);
  });
});

describe("keyed mapping", () => {
  it("is the documented Feistel network, written out a second time", () => {
    fc.assert(
      fc.property(anyId, (id) => {
        assert.equal(mapping("keyed").midOf(device(id)), feistelSlowly(id));
      }),
      { numRuns: 50 },
    );
  });

  it("never changes: MIDs that were given out stay valid over versions", () => {
    assert.equal(mapping("keyed").midOf(device(UUID)), "22633275222264169767972265228012138809");
  });

  it("shows each organisation another MID of the same device", () => {
    const other = mapping("keyed", 1957, "B1B2C3D4E5F60718293A4B5D@AdobeOrg");
    assert.notEqual(mapping("keyed").midOf(device(UUID)), other.midOf(device(UUID)));
  });

  it("gives other MIDs under another root secret", () => {
    const other = buildIdMapping(
      { pid: 1957, orgId: ORG, idMapping: "keyed" },
      new TextEncoder().encode("another root secret"),
    );
    assert.notEqual(mapping("keyed").midOf(device(UUID)), other.midOf(device(UUID)));
  });
});

for (const mode of ["keyed", "pid-xor"] as const) {
  describe(`${mode} mapping, for any ID`, () => {
    const ids = mapping(mode);

    it("is undone by its inverse, both ways round", () => {
      fc.assert(
        fc.property(anyId, (id) => {
          assert.equal(ids.deviceOf(ids.midOf(device(id))), id);
          assert.equal(ids.midOf(ids.deviceOf(mid(id))), id);
        }),
        { numRuns: 300 },
      );
    });

    it("gives 38 digits with both halves below 2^63", () => {
      const edges = [
        printHalves({ high: 0n, low: 1n }),
        printHalves({ high: 1n, low: 0n }),
        printHalves({ high: 2n ** 63n - 1n, low: 2n ** 63n - 1n }),
        printHalves({ high: 0n, low: 2n ** 63n - 1n }),
      ];
      for (const id of edges) assert.ok(parseMid(ids.midOf(device(id))), `for ${id}`);
      fc.assert(
        fc.property(anyId, (id) => parseMid(ids.midOf(device(id))) !== null),
        { numRuns: 300 },
      );
    });
  });
}

/** Built from the description alone: HKDF, then strings of bits instead of shifts. */
function feistelSlowly(id: string): string {
  const key = new Uint8Array(
    hkdfSync("sha256", SECRET, new Uint8Array(0), "dunlin id mapping v1", 32),
  );
  let left = BigInt(id.slice(0, 19));
  let right = BigInt(id.slice(19));
  for (const round of [0, 1, 2, 3]) {
    const hmac = createHmac("sha256", key)
      .update(Uint8Array.of(round))
      .update(ORG)
      .update(right.toString(16).padStart(16, "0"), "hex")
      .digest();
    const bits = [...hmac].map((byte) => byte.toString(2).padStart(8, "0")).join("");
    const mixed = left ^ BigInt(`0b${bits.slice(0, 63)}`);
    left = right;
    right = mixed;
  }
  return left.toString().padStart(19, "0") + right.toString().padStart(19, "0");
}
