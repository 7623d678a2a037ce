// Each row of cases/lint.json is a small workspace and what is found in it, and nothing else.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { seededRandom } from "../../test/support/random.ts";
import { randomRuleText } from "../../test/support/random-segment-rules.ts";
import { aPartner, aSegment, aTrait } from "../catalog/builders.ts";
import { readWorkspace } from "../catalog/read-workspace.ts";
import { DEVICE_KEYS } from "../event/device-signals/device-signals.ts";
import { GEO_KEYS } from "../event/geo/geo-signals.ts";
import { parseSegmentRule, type TraitLookup } from "../rules/segment-rule/segment-rule.ts";
import { readEvidence } from "./evidence.ts";
import { PLATFORM_KEYS } from "./known-keys.ts";
import { type Finding, lintWorkspace } from "./lint-workspace.ts";
import { MAX_COMPARED_PAIRS } from "./same-rules.ts";
import { isNarrower, nobodyMeets } from "./segment-logic/segment-logic.ts";

interface Row {
  readonly name: string;
  readonly partner?: object;
  readonly traits: readonly { readonly sid: number }[];
  readonly segments?: readonly { readonly sid: number; readonly segmentRule: string }[];
  readonly evidence?: object;
  readonly maxCost?: number;
  /** Whether notes on what is unused are compared too: most rows would only be longer by them. */
  readonly usage?: boolean;
  readonly expect: readonly object[];
}

const LISTS = ["folders", "mergeRules", "destinations", "derivedSignals"] as const;

const rows: readonly Row[] = JSON.parse(
  readFileSync(new URL("../../cases/lint.json", import.meta.url), "utf8"),
);

function documentOf(row: Omit<Row, "name" | "expect">): object {
  const lists = LISTS.map((list) => {
    const own: readonly object[] = Object(row)[list] ?? [];
    return [list, own.map((one) => ({ pid: 1957, ...one }))] as const;
  });
  return {
    partners: [aPartner(1957, row.partner)],
    dataSources: [
      {
        dataSourceId: 1001,
        pid: 1957,
        name: "CRM",
        idType: "CROSS_DEVICE",
        authenticatedProfile: true,
      },
      { dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" },
    ],
    ...Object.fromEntries(lists),
    traits: row.traits.map(({ sid, ...changes }) => aTrait(sid, changes)),
    segments: (row.segments ?? []).map(({ sid, segmentRule, ...changes }) =>
      aSegment(sid, segmentRule, changes),
    ),
  };
}

function lintRow(row: Omit<Row, "name" | "expect">): Finding[] {
  const read = readWorkspace(documentOf(row));
  assert.ok(read.ok, JSON.stringify(read));
  const evidence = readEvidence({
    partners: row.evidence === undefined ? {} : { 1957: row.evidence },
  });
  assert.ok(evidence.ok, JSON.stringify(evidence));
  const { maxCost } = row;
  return lintWorkspace(read.value.workspace, {
    evidence: evidence.value,
    ...(maxCost === undefined ? {} : { maxCost }),
  });
}

const USAGE: readonly string[] = ["L_UNUSED_TRAIT", "L_UNMAPPED_SEGMENT"];

describe("what is found in a workspace", () => {
  for (const row of rows) {
    test(row.name, () => {
      const found = lintRow(row).filter(({ code }) => row.usage === true || !USAGE.includes(code));
      const shown = found.map(({ message: _, related, ...rest }) =>
        related.length === 0 ? rest : { ...rest, related },
      );
      assert.deepEqual(shown, row.expect);
    });
  }
});

test("every code has its row, but those of sizes, which have tests of their own", () => {
  const source = readFileSync(new URL("./finding.ts", import.meta.url), "utf8");
  const codes = new Set(source.match(/L_[A-Z_]+/g));
  const rowed = new Set(rows.flatMap(({ expect }) => expect.map((one) => Object(one).code)));
  assert.deepEqual([...codes.difference(rowed)], ["L_COMPARISONS_ENDED", "L_MORE"]);
});

test("the platform's keys are those that calls are given", () => {
  for (const key of [...GEO_KEYS, ...DEVICE_KEYS]) assert.ok(PLATFORM_KEYS.has(key), key);
});

test("very many segments on one trait are compared up to a bound, and that is said", () => {
  const segments = Array.from({ length: 2_000 }, (_, n) => ({
    sid: 10_000 + n,
    segmentRule: `frequency([1T] <= ${1 + (n % 100)}D) >= ${1 + Math.floor(n / 100)}`,
  }));
  const found = lintRow({ traits: [{ sid: 1 }], segments });
  const ended = found.find(({ code }) => code === "L_COMPARISONS_ENDED");
  assert.match(ended?.message ?? "", new RegExp(`${MAX_COMPARED_PAIRS} pairs`));
});

test("segments planted in a crowd are found: twice the same, and one inside another", () => {
  const random = seededRandom(5);
  const traits = Array.from({ length: 400 }, (_, n) => ({ sid: n + 1 }));
  const segments = Array.from({ length: 800 }, (_, n) => ({
    sid: 10_000 + n,
    segmentRule: `1T AND ${2 + random.below(199)}T AND NOT ${202 + random.below(199)}T AND ${2 + (n % 150)}T`,
  }));
  segments.push(
    { sid: 20_000, segmentRule: "7T AND 9T AND 11T AND 13T" },
    { sid: 20_001, segmentRule: "13T AND 9T AND frequency([11T]) >= 1 AND 7T" },
    { sid: 20_002, segmentRule: "7T AND frequency([9T, 13T]) >= 2" },
  );
  const found = lintRow({ traits, segments });
  const duplicate = found.find(({ at }) => at === "/segments/801/segmentRule");
  assert.deepEqual(
    [duplicate?.code, duplicate?.related],
    ["L_DUPLICATE_SEGMENT", ["/segments/800"]],
  );
  const narrower = found.find(({ at }) => at === "/segments/800/segmentRule");
  assert.deepEqual([narrower?.code, narrower?.related], ["L_NARROWER_SEGMENT", ["/segments/802"]]);
  assert.ok(!found.some(({ code }) => code === "L_COMPARISONS_ENDED"));
});

test("of segments by chance those are found that are found by comparing each with each", () => {
  let pairs = 0;
  for (let seed = 1; seed <= 2; seed++) {
    const random = seededRandom(seed);
    const segments = Array.from({ length: 90 }, (_, n) => ({
      sid: 1_000 + n,
      segmentRule: `${1 + random.below(9)}T AND (${randomRuleText(random, 9, 2)})`,
    }));
    const found = lintRow({
      traits: Array.from({ length: 9 }, (_, n) => ({ sid: n + 1 })),
      segments,
    });
    const twins = new Set(
      found
        .filter(({ code }) => code === "L_DUPLICATE_SEGMENT")
        .map(({ at }) => Number(at.split("/")[2])),
    );
    const rules = segments.map(({ segmentRule }) => {
      const parsed = parseSegmentRule(segmentRule);
      assert.ok(parsed.ok);
      return parsed.value;
    });
    for (const [one, rule] of rules.entries()) {
      if (twins.has(one) || nobodyMeets(rule, lookup)) continue;
      const wider = rules.filter(
        (other, place) => place !== one && !twins.has(place) && isNarrower(rule, other, lookup),
      );
      const finding = found.find(
        ({ at, code }) => at === `/segments/${one}/segmentRule` && code === "L_NARROWER_SEGMENT",
      );
      const more = Number(/and (\d+) more\.$/.exec(finding?.message ?? "")?.[1] ?? 0);
      assert.equal(
        (finding?.related.length ?? 0) + more,
        wider.length,
        `${segments[one]?.segmentRule}`,
      );
      pairs += wider.length;
    }
  }
  assert.ok(pairs > 80, `${pairs}`);
});

const lookup: TraitLookup = () => ({
  ...{ kind: "base", allowsFrequency: true, thirdParty: false, ttlDays: 120, members: [] },
});

test("more findings than anybody reads are counted", () => {
  const traits = Array.from({ length: 10_500 }, (_, n) => ({ sid: n + 1 }));
  const found = lintRow({ traits });
  assert.deepEqual([found.length, found.at(-1)?.message], [10_001, "There are 500 more findings."]);
});

test("evidence that is no evidence is refused with its place", () => {
  const refused: readonly (readonly [unknown, RegExp])[] = [
    [[], /^\/: expected/],
    [{ partners: { x: {} } }, /^\/partners\/x: /],
    [{ partners: { 1: { keys: {} } } }, /"seenKeys" and "realizations" only/],
    [{ partners: { 1: { seenKeys: ["a"] } } }, /^\/partners\/1\/seenKeys: /],
    [{ partners: { 1: { realizations: { a: 1 } } } }, /^\/partners\/1\/realizations: /],
    [{ partners: { 1: { realizations: { 7: -1 } } } }, /^\/partners\/1\/realizations: /],
  ];
  for (const [input, expected] of refused) {
    const read = readEvidence(input);
    assert.match(read.ok ? "" : read.error, expected);
  }
});
