import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../test/support/random.ts";
import { findBadPercent, percentDecode, utf8Decode } from "./percent.ts";

/** One octet a character, as node's parser hands text over. */
const octets = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

const DECODED: readonly (readonly [wire: string, text: string])[] = [
  ["", ""],
  ["plain", "plain"],
  ["a+b", "a b"],
  ["+", " "],
  ["a%20b", "a b"],
  ["%26%3D%25", "&=%"],
  ["a%2Bb", "a+b"],
  ["%41%62%2f%2F", "Ab//"],
  ["Orl%C3%A9ans", "Orléans"],
  ["Orl%E9ans", "Orl\uFFFDans"],
  ["%F0%9F%A6%86", "🦆"],
  ["%00", "\u0000"],
  ["%EF%BB%BFx", "\uFEFFx"],
  [octets("é+%C3%A9"), "é é"],
  ["caf\u00e9", "caf\uFFFD"],
];

for (const [wire, text] of DECODED) {
  test(`${JSON.stringify(wire)} decodes to ${JSON.stringify(text)}`, () => {
    assert.equal(findBadPercent(wire), -1);
    assert.equal(percentDecode(wire), text);
  });
}

const BAD: readonly (readonly [wire: string, at: number])[] = [
  ["%", 0],
  ["a%2", 1],
  ["%zz", 0],
  ["%2g", 0],
  ["%20%", 3],
  ["%25%esid!", 3],
  ["a=%&b=%41", 2],
  ["%4\u00e9", 0],
];

for (const [wire, at] of BAD) {
  test(`${JSON.stringify(wire)} has a bad percent sign at ${at}`, () => {
    assert.equal(findBadPercent(wire), at);
  });
}

test("an encoded text comes back as it was, whatever it holds", () => {
  const random = seededRandom(1);
  for (let round = 0; round < 2000; round++) {
    const length = random.below(20);
    let text = "";
    for (let i = 0; i < length; i++) text += String.fromCodePoint(random.below(0xd7ff));
    const wire = encodeURIComponent(text).replaceAll("%20", () => random.pick(["+", "%20"]));
    assert.equal(percentDecode(wire), text, `seed 1, round ${round}: ${wire}`);
    assert.equal(utf8Decode(octets(text)), text);
  }
});
