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

test("octets that are no UTF-8 become what every browser makes of them", () => {
  const random = seededRandom(2);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  // Where sequences of two, three and four octets begin, go on and end, and what is never part of one.
  const odd = [0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xe1, 0xed];
  odd.push(0xef, 0xbb, 0xf0, 0xf1, 0xf4, 0xf5, 0xff);
  for (let round = 0; round < 20_000; round++) {
    const bytes = Uint8Array.from({ length: 1 + random.below(8) }, () => random.pick(odd));
    const text = decoder.decode(bytes);
    const said = `seed 2, round ${round}: ${bytes}`;
    const wire = Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
    assert.equal(percentDecode(wire), text, said);
    assert.equal(utf8Decode(Buffer.from(bytes).toString("latin1")), text, said);
  }
});
