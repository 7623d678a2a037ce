// What the linter says of segment rules made by chance, held against visitors made by chance.

import assert from "node:assert/strict";
import {
  everybodyMeets,
  isNarrower,
  nobodyMeets,
} from "../../src/lint/segment-logic/segment-logic.ts";
import { asSegmentId } from "../../src/model/ids.ts";
import { DAY_MS } from "../../src/model/time.ts";
import { buildSlowSegmentIndex } from "../../src/rules/segment-index/slow-segment-index.ts";
import {
  parseSegmentRule,
  type SegmentRule,
  type TraitLookup,
} from "../../src/rules/segment-rule/segment-rule.ts";
import { type Random, seededRandom } from "./random.ts";
import { randomProfile, randomRuleText, randomTraits } from "./random-segment-rules.ts";

const NOW = 20_000 * DAY_MS + DAY_MS / 2;
/** Ten base traits and a folder: visitors meet most combinations of them. */
const TRAIT_COUNT = 10;

export interface SegmentVerdictCounts {
  nobody: number;
  everybody: number;
  narrower: number;
}

/** Fails where a visitor is what no visitor should be. Gives how often the linter said something. */
export function holdVerdictsAgainstVisitors(
  seed: number,
  { rules, visitors }: { readonly rules: number; readonly visitors: number },
): SegmentVerdictCounts {
  const random = seededRandom(seed);
  const said: SegmentVerdictCounts = { nobody: 0, everybody: 0, narrower: 0 };
  const { lookup, baseTraits } = randomTraits(random, TRAIT_COUNT);
  const profiles = Array.from({ length: visitors }, (_, n) =>
    randomProfile(random, { traits: baseTraits, size: n % 7, now: NOW, oldestDays: 12 }),
  );
  const holders = (rule: SegmentRule): ReadonlySet<number> => {
    const index = buildSlowSegmentIndex([{ sid: asSegmentId(1), rule }], lookup);
    return new Set(
      profiles.flatMap((profile, n) =>
        index.qualified(profile, NOW).segments.length > 0 ? n : [],
      ),
    );
  };
  for (let n = 0; n < rules; n++) {
    const text = closeRule(random, n);
    const rule = parsed(text);
    const other = parsed(
      n % 2 === 0 ? closeRule(random, n + 3) : `(${text}) OR ${closeRule(random, n)}`,
    );
    hold(rule, lookup, { text, profiles: profiles.length, holders, said });
    if (!isNarrower(rule, other, lookup)) continue;
    said.narrower += 1;
    const outside = [...holders(rule).difference(holders(other))];
    assert.deepEqual(
      outside,
      [],
      `${text} is narrower than ${JSON.stringify(other)} (seed ${seed})`,
    );
  }
  return said;
}

interface Against {
  readonly text: string;
  readonly profiles: number;
  readonly said: SegmentVerdictCounts;
  holders(rule: SegmentRule): ReadonlySet<number>;
}

function hold(rule: SegmentRule, lookup: TraitLookup, against: Against): void {
  const { text, profiles, said, holders } = against;
  if (nobodyMeets(rule, lookup)) {
    said.nobody += 1;
    assert.equal(holders(rule).size, 0, `nobody should meet ${text}`);
  } else if (everybodyMeets(rule, lookup)) {
    said.everybody += 1;
    assert.equal(holders(rule).size, profiles, `everybody should meet ${text}`);
  }
}

/** Terms over few traits, windows and counts, in AND or OR; or any rule. */
function closeRule(random: Random, n: number): string {
  if (n % 3 === 0) return randomRuleText(random, TRAIT_COUNT, 2);
  const terms = Array.from({ length: 1 + random.below(3) }, () => closeTerm(random));
  return terms.join(random.pick([" AND ", " AND ", " OR "]));
}

function closeTerm(random: Random): string {
  const not = random.chance(0.3) ? "NOT " : "";
  if (random.chance(0.3)) return `${not}${random.pick(["1T", "2T", "10T"])}`;
  const list = random.pick(["1T", "2T", "1T, 2T", "1T, 2T, 3T", "10T"]);
  const window = random.pick(["", " <= 2D", " <= 5D", " >= 3D", " >= 6D", " <= 120D"]);
  return `${not}frequency([${list}]${window}) ${random.pick([">= 1", ">= 2", "<= 1", "== 0", "== 2"])}`;
}

function parsed(text: string): SegmentRule {
  const result = parseSegmentRule(text);
  assert.ok(result.ok, text);
  return result.value;
}
