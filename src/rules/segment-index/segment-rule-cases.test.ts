// The rows of the shared cases and the manual's worked examples, through parser, checks and both indexes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { profileOf, type TraitHistory } from "../../../test/support/trait-history.ts";
import { asSegmentId, asTraitId } from "../../model/ids.ts";
import type { Profile } from "../../model/profile.ts";
import { DAY_MS } from "../../model/time.ts";
import {
  checkSegmentRule,
  parseSegmentRule,
  type TraitForSegments,
  type TraitLookup,
} from "../segment-rule/segment-rule.ts";
import { buildSegmentIndex } from "./segment-index.ts";
import { buildSlowSegmentIndex } from "./slow-segment-index.ts";

interface Row {
  readonly id: string;
  readonly rule: string;
  readonly now: string;
  readonly h: Readonly<Record<string, readonly (readonly [string, number])[]>>;
  readonly ctx?: RowContext;
  readonly expect: boolean | string;
}

interface RowContext {
  readonly ttl?: Readonly<Record<string, number>>;
  readonly types?: Readonly<Record<string, string>>;
  readonly folders?: Readonly<Record<string, readonly number[]>>;
  readonly thirdParty?: readonly string[];
  readonly known?: readonly string[];
}

const url = new URL("../../../cases/segment-rules.json", import.meta.url);
// The file is ours: its form is what the rows' interface says.
const rows = JSON.parse(readFileSync(url, "utf8")) as readonly Row[];

for (const { id, rule, now, h, ctx, expect } of rows) {
  test(`case ${id}: ${rule} gives ${expect}`, () => {
    const history: TraitHistory = Object.fromEntries(
      Object.entries(h).map(([sid, realizations]) => [
        sid,
        realizations.map(([at, count]) => [Date.parse(at), count] as const),
      ]),
    );
    assertAnswer(
      { rule, expect, traits: lookupOf(ctx ?? {}) },
      profileOf(history),
      Date.parse(now),
    );
  });
}

// Rule, and histories that meet it (+) and that do not (-): `sid:daysAgo[xCount],…;sid:…` at noon.
const WORKED_EXAMPLES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["1234T", ["1234:0", "1234:119", "1234:120"], ["5678:0", "1234:121"]],
  ["(1T AND 2T)", ["1:0;2:90"], ["1:0"]],
  ["(1T OR 2T)", ["2:3"], ["3:1"]],
  [
    "(1634962T) AND (1634961T OR 1634966T)",
    ["1634962:1;1634961:1"],
    ["1634962:1", "1634961:1;1634966:1"],
  ],
  ["(1T) AND NOT (2T)", ["1:5"], ["1:5;2:0"]],
  ["(1T OR 2T) AND NOT (3T OR 4T)", ["2:1"], ["1:1;4:1"]],
  ["1T OR 2T AND 3T", ["1:1", "2:1;3:1"], ["2:1"]],
  ["((1T AND 2T) OR (3T AND NOT 4T))", ["3:1", "1:1;2:1;4:1"], ["3:1;4:1"]],
  ["frequency([1000T]) >= 3", ["1000:40x3"], ["1000:40x2"]],
  ["frequency([1000T]) == 2", ["1000:9,0"], ["1000:9x3"]],
  ["frequency([1000T]) >= 1 AND frequency([1000T]) <= 5", ["1000:3x5"], ["1000:3x6", ""]],
  ["(frequency([1000T] <= 2D) >= 5)", ["1000:2x3,0x2"], ["1000:3x5"]],
  ["frequency([1T] <= 7D) >= 1", ["1:7"], ["1:8"]],
  ["frequency([1T] >= 30D) >= 1", ["1:30", "1:90,0"], ["1:29"]],
  ["FREQUENCY([4T,8T,55T] <= 5D) >= 3", ["4:1;8:4;55:5", "4:0x3"], ["4:1;8:4;55:6"]],
  ["FREQUENCY([4T,8T,55T] >= 5D) >= 3", ["4:5x3", "8:6;55:60x2"], ["4:4x9"]],
  ["(1T) AND frequency([2T]) <= 3", ["1:9", "1:9;2:0x3"], ["1:9;2:0x4"]],
  ["(1T) AND frequency([2T] <= 3D) == 0", ["1:9", "1:9;2:4x8"], ["1:9;2:3"]],
  [
    "(frequency([1T] <= 30D) >= 2) AND (frequency([2T] >= 10D) >= 1)",
    ["1:20,1;2:10"],
    ["1:20,1;2:9"],
  ],
  ["(1T) AND NOT (frequency([1T] <= 14D) >= 1)", ["1:15"], ["1:15,14"]],
  // Not in the manual: what a list means when a trait stands in it twice, or dates lie ahead.
  ["frequency([1T, 1T]) >= 2", ["1:0x2"], ["1:0"]],
  ["frequency([1T] <= 1D) >= 1", ["1:-3"], []],
  ["frequency([1T] >= 1D) >= 1", ["1:1,-3"], ["1:-3", "1:0"]],
];

const NOON = Date.UTC(2024, 2, 20, 12);

test("the worked examples of the manual hold", () => {
  for (const [rule, meeting, failing] of WORKED_EXAMPLES) {
    const traits = lookupOf({});
    for (const written of meeting) {
      assertAnswer({ rule, expect: true, traits }, profileOf(historyOf(written)), NOON);
    }
    for (const written of failing) {
      assertAnswer({ rule, expect: false, traits }, profileOf(historyOf(written)), NOON);
    }
  }
});

interface Case {
  readonly rule: string;
  readonly expect: boolean | string;
  readonly traits: TraitLookup;
}

function assertAnswer({ rule, expect, traits }: Case, profile: Profile, now: number): void {
  const parsed = parseSegmentRule(rule);
  const faults = parsed.ok ? checkSegmentRule(parsed.value, traits) : [parsed.error];
  if (typeof expect === "string") {
    assert.equal(faults[0]?.code, expect);
    return;
  }
  assert.deepEqual(faults, []);
  assert.ok(parsed.ok);
  const segments = [{ sid: asSegmentId(7), rule: parsed.value }];
  for (const build of [buildSegmentIndex, buildSlowSegmentIndex]) {
    const answer = build(segments, traits).qualified(profile, now);
    const what = `${rule} on ${JSON.stringify(profile.traits)} by ${build.name}`;
    assert.deepEqual(answer.segments, expect ? [7] : [], what);
    assert.ok(answer.changesAt > now, what);
  }
}

/** Every trait is known and rule-based with a life of 120 days, unless the row says otherwise. */
function lookupOf({ ttl, types, folders, thirdParty, known }: RowContext): TraitLookup {
  const membersOf = (sid: string): readonly string[] =>
    (folders?.[sid] ?? []).flatMap((member) =>
      folders?.[member] === undefined ? [`${member}`] : membersOf(`${member}`),
    );
  return (sid) => {
    if (known !== undefined && !known.includes(`${sid}`)) return null;
    const type = types?.[sid] ?? "RULE_BASED";
    const trait: TraitForSegments = {
      kind: type === "FOLDER" ? "folder" : "base",
      allowsFrequency: type === "FOLDER" || type === "RULE_BASED",
      thirdParty: thirdParty?.includes(`${sid}`) ?? false,
      ttlDays: ttl?.[sid] ?? 120,
      members: membersOf(`${sid}`).map((member) => asTraitId(Number(member))),
    };
    return trait;
  };
}

function historyOf(written: string): TraitHistory {
  const traits = written === "" ? [] : written.split(";");
  return Object.fromEntries(
    traits.map((trait) => {
      const [sid = "", realizations = ""] = trait.split(":");
      return [
        sid,
        realizations.split(",").map((realization) => {
          const [daysAgo = "", count = "1"] = realization.split("x");
          return [NOON - Number(daysAgo) * DAY_MS, Number(count)] as const;
        }),
      ];
    }),
  );
}
