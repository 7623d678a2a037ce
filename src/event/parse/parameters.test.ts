import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../test/support/random.ts";
import { findBadPercent, percentDecode } from "../percent.ts";
import { Parameters } from "./parameters.ts";

const SEED = 20_261;
const PIECES = [
  ...'abzdgr&&&&====%%++,"; \t|_-.~/09AZ\u007f\u0080\u00e9\u00ff'.split(""),
  ...["%20", "%2C", "%c3%a9", "%41", "d_uuid=", "k=value", "gdpr", "D_cid=1"],
];

/** What the octets say, by splitting and decoding everything. */
function slowPairs(octets: string): [name: string, value: string][] {
  return octets
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const [name = "", ...value] = pair.split("=");
      return [percentDecode(name), percentDecode(value.join("="))];
    });
}

function randomOctets(random: ReturnType<typeof seededRandom>): string {
  for (;;) {
    const octets = Array.from({ length: random.below(25) }, () => random.pick(PIECES)).join("");
    if (findBadPercent(octets) === -1) return octets;
  }
}

test("one pass finds the pairs that splitting finds, and what it calls plain is plain", () => {
  const random = seededRandom(SEED);
  for (let run = 0; run < 20_000; run++) {
    const [query, body] = [randomOctets(random), randomOctets(random)];
    const parameters = new Parameters();
    const path = random.pick(["", "/event?"]);
    parameters.add(`${path}${query}`, path.length);
    parameters.add(body);
    const pairs = [...slowPairs(query), ...slowPairs(body)];
    const said = `seed ${SEED}, run ${run}: ${JSON.stringify([query, body])}`;
    assert.deepEqual(
      parameters.names.map((name, place) => [name, parameters.valueAt(place)]),
      pairs,
      said,
    );
    const steering = pairs.flatMap(([name], place) => (/^[dgr]/.test(name) ? [place] : []));
    assert.deepEqual(parameters.steering, steering, said);
    for (const [place, [name, value]] of pairs.entries()) {
      if (parameters.hasPlainName(place)) assert.equal(name.toLowerCase(), name, said);
      if (parameters.hasPlainValue(place)) assert.doesNotMatch(value, /[\s,"A-Z]|[^ -~]/, said);
    }
  }
});

test("what most calls carry is plain", () => {
  const parameters = new Parameters();
  parameters.add("page=home&k1=value-1&n0=12&utm_source=news.letter");
  for (let place = 0; place < parameters.count; place++) {
    assert.ok(parameters.hasPlainName(place));
    assert.ok(parameters.hasPlainValue(place));
  }
});
