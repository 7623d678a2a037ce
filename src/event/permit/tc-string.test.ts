import assert from "node:assert/strict";
import { test } from "node:test";
import { Segment, SegmentEncoder, TCModel } from "@iabtcf/core";
import { type Random, seededRandom } from "../../../test/support/random.ts";
import { readTcString } from "./tc-string.ts";

const MAX_VENDOR = 1200;

/** A string by the trade's own library, and the model that it was written from. */
function randomConsent(random: Random): { text: string; model: TCModel } {
  const model = new TCModel();
  model.cmpId = 2 + random.below(4000);
  model.cmpVersion = 1;
  model.consentScreen = 1;
  model.consentLanguage = "EN";
  for (let purpose = 1; purpose <= 24; purpose++) {
    if (random.chance(0.5)) model.purposeConsents.set(purpose);
  }
  const density = random.pick([0, 0.01, 0.3, 0.95]);
  for (let vendor = 1; vendor <= 1 + random.below(MAX_VENDOR); vendor++) {
    if (random.chance(density)) model.vendorConsents.set(vendor);
  }
  model.vendorListVersion = 1;
  model.policyVersion = 2;
  model.created = new Date(Date.UTC(2026, 0, 1));
  model.lastUpdated = new Date(Date.UTC(2026, 0, 1));
  // The whole string's encoder wants the trade's list of vendors; the core needs none.
  return { text: SegmentEncoder.encode(model, Segment.CORE), model };
}

test("every purpose and every vendor is read as the trade's own library wrote it", () => {
  const random = seededRandom(3);
  for (let round = 0; round < 300; round++) {
    const { text, model } = randomConsent(random);
    const read = readTcString(text);
    const where = `seed 3, round ${round}: ${text}`;
    assert.ok(read, where);
    assert.equal(read.cmpId, Number(model.cmpId), where);
    for (let purpose = 0; purpose <= 25; purpose++) {
      assert.equal(read.purposeConsent(purpose), model.purposeConsents.has(purpose), where);
    }
    for (let vendor = 0; vendor <= MAX_VENDOR + 10; vendor++) {
      assert.equal(read.vendorConsent(vendor), model.vendorConsents.has(vendor), where);
    }
  }
});

test("what is damaged is refused or read, and never a fault", () => {
  const random = seededRandom(4);
  for (let round = 0; round < 20_000; round++) {
    const { text } = round % 50 === 0 ? randomConsent(random) : { text: KNOWN };
    const at = random.below(text.length);
    const damaged = random.chance(0.5)
      ? text.slice(0, at)
      : text.slice(0, at) + random.pick(["A", "_", "@", "", ".", "é"]) + text.slice(at + 1);
    const read = readTcString(damaged);
    if (read !== null) assert.equal(typeof read.vendorConsent(565), "boolean");
  }
});

/** What the trade's own library makes of a string; null where it refuses it. */
function readByLibrary(text: string): TCModel | null {
  try {
    return SegmentEncoder.decode(text, new TCModel(), Segment.CORE);
  } catch {
    return null;
  }
}

test("whatever of a damaged string the trade's own library reads, is read the same", () => {
  const seed = 5;
  const random = seededRandom(seed);
  let readByBoth = 0;
  for (let round = 0; round < 1500; round++) {
    const { text } = randomConsent(random);
    const at = random.below(text.length);
    const other = random.pick([..."ABCQgw19-_"]);
    const damaged = random.chance(0.3)
      ? text.slice(0, at)
      : text.slice(0, at) + other + text.slice(at + 1);
    const model = readByLibrary(damaged);
    // The library refuses more: it wants what follows the consents of vendors, and no vendor may be 0.
    if (model === null || Number(model.version) !== 2) continue;
    readByBoth++;
    const read = readTcString(damaged);
    const where = `seed ${seed}, round ${round}: ${damaged}`;
    assert.ok(read, where);
    assert.equal(read.cmpId, Number(model.cmpId), where);
    for (let purpose = 1; purpose <= 24; purpose++) {
      assert.equal(read.purposeConsent(purpose), model.purposeConsents.has(purpose), where);
    }
    for (let vendor = 1; vendor <= MAX_VENDOR + 10; vendor++) {
      assert.equal(read.vendorConsent(vendor), model.vendorConsents.has(vendor), where);
    }
  }
  assert.ok(readByBoth > 300, `only ${readByBoth} strings were read by both`);
});

const KNOWN = "CP1R2oAP1R2oAAHABBENDIEgAIBAAAAAAAqIEawAQEagAAAA";

test("known strings say what they say", () => {
  const read = readTcString(KNOWN);
  assert.ok(read);
  assert.equal(read.cmpId, 7);
  assert.deepEqual(
    [1, 2, 10].map((purpose) => read.purposeConsent(purpose)),
    [true, false, true],
  );
  assert.ok(read.vendorConsent(565));
  assert.ok(!read.vendorConsent(564));
});

test("strings of other versions, and what is no string, are refused", () => {
  const versions = [
    "BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA",
    "",
    "@@@",
    "CP1R2oAP1R2oAAHABBENDIEgAIBA",
    "A",
  ];
  for (const text of versions) assert.equal(readTcString(text), null, text);
  assert.equal(readTcString(`C${"A".repeat(20_000)}`), null);
  for (const version of ["A", "B", "D", "E", "_"]) {
    assert.equal(readTcString(version + KNOWN.slice(1)), null, version);
  }
});

test("padding without end in the middle of a string costs no more than other characters", () => {
  // A hundred of them would take a minute where each character of the padding is looked at from each other.
  for (let round = 0; round < 100; round++) {
    assert.equal(readTcString(`${"=".repeat(16_000 + round)}A`), null);
  }
});
