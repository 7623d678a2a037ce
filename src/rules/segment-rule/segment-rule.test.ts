import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { asTraitId } from "../../model/ids.ts";
import {
  checkSegmentRule,
  parseSegmentRule,
  printSegmentRule,
  type SegmentRule,
  type TraitForSegments,
  traitsOf,
} from "./segment-rule.ts";

function parsed(text: string): SegmentRule {
  const result = parseSegmentRule(text);
  assert.ok(result.ok, result.ok ? "" : `${text}: ${result.error.message}`);
  return result.value;
}

// Rule, code, column, message. The column of the end of a text is the one after its last character.
const FAULTS: readonly (readonly [string, string, number, RegExp])[] = [
  ["", "E_EMPTY", 1, /no rule; expected a trait such as 123T/],
  [" \t\r\n ", "E_EMPTY", 1, /no rule/],
  ["1234", "E_BAD_TRAIT_ID", 1, /"1234"; a trait is written as the digits of its ID and a T/],
  ["1T AND 12X", "E_BAD_TRAIT_ID", 8, /"12X"/],
  ["5D", "E_BAD_TRAIT_ID", 1, /"5D"/],
  ["12 T", "E_BAD_TRAIT_ID", 1, /"12"/],
  ["99999999999999999999T", "E_BAD_TRAIT_ID", 1, /larger than any trait's ID/],
  ["frequency([1T, 2]) >= 1", "E_BAD_TRAIT_ID", 16, /"2"/],
  ["T1", "E_SYNTAX", 1, /"T1"; expected a trait such as 123T, frequency, NOT or "\("/],
  ["1T AND", "E_SYNTAX", 7, /the end of the rule; expected a trait/],
  ["AND 1T", "E_SYNTAX", 1, /"AND"; expected a trait/],
  ["1T 2T", "E_SYNTAX", 4, /"2T"; expected AND, OR, NOT or the end of the rule/],
  ["1T AND OR 2T", "E_SYNTAX", 8, /"OR"/],
  ["(1T OR 2T", "E_SYNTAX", 10, /the end of the rule; .* "\)" for the "\(" in column 1/],
  ["1T)", "E_SYNTAX", 3, /"\)"; expected AND, OR, NOT or the end/],
  ["()", "E_SYNTAX", 2, /"\)"; expected a trait/],
  ["1T & 2T", "E_SYNTAX", 4, /"&"/],
  ["!1T", "E_SYNTAX", 1, /"!"/],
  ["1T \u{1F600}", "E_SYNTAX", 4, /"\u{1F600}"/u],
  ["1T \u0000", "E_SYNTAX", 4, /the character U\+0000/],
  ['"1T"', "E_SYNTAX", 1, /a double quote/],
  ["frequency 1T", "E_SYNTAX", 11, /"1T"; expected "\(" after frequency/],
  ["frequency(1T) >= 1", "E_SYNTAX", 11, /"1T"; expected a list of traits in brackets/],
  ["frequency([]) >= 1", "E_SYNTAX", 12, /"\]"; expected a trait such as 123T/],
  ["frequency([1T,]) >= 1", "E_SYNTAX", 15, /"\]"/],
  ["frequency([1T 2T]) >= 1", "E_SYNTAX", 15, /"2T"; expected "," or "\]" after a trait/],
  ["frequency([1T] <= 5) >= 1", "E_SYNTAX", 19, /"5"; expected a number of days and a D/],
  ["frequency([1T] 5D) >= 1", "E_SYNTAX", 16, /"5D"; expected "\)", or days such as <= 7D/],
  ["frequency([1T] <= 5D AND 2T", "E_SYNTAX", 22, /"AND"; expected "\)" after the number/],
  ["frequency([1T]) >= 1.5", "E_SYNTAX", 21, /"\."/],
  ["frequency([1T]) >= -1", "E_SYNTAX", 20, /"-"; expected a whole number after ">="/],
  ["frequency([1T]) => many", "E_SYNTAX", 20, /"many"; expected a whole number after ">="/],
  ["frequency([1T])", "E_FREQUENCY_REQUIRED", 16, /the end of the rule after the list/],
  ["frequency([1T] <= 3D) AND 2T", "E_FREQUENCY_REQUIRED", 23, /"AND" after the list/],
  ["frequency([1T]) 3", "E_FREQUENCY_REQUIRED", 17, /"3" after the list; expected how often/],
  ["frequency([1T]) > 3", "E_BAD_OPERATOR", 17, /">" after the list; expected ">=", "<=" or "=="/],
  ["frequency([1T]) != 3", "E_BAD_OPERATOR", 17, /"!="/],
  ["frequency([1T]) = 3", "E_BAD_OPERATOR", 17, /"="/],
  ["frequency([1T] == 3D) >= 1", "E_BAD_OPERATOR", 16, /"==" before the number of days/],
  ["frequency([1T] < 3D) >= 1", "E_BAD_OPERATOR", 16, /"<" before .* expected "<=" or ">="/],
  ["frequency([1T] <= 3D >= 2)", "E_BAD_OPERATOR", 22, /">="; expected "\)"/],
  ["1T >= 3", "E_BAD_OPERATOR", 4, /">="; expected AND, OR, NOT or the end/],
  [">= 1T", "E_BAD_OPERATOR", 1, /">="; expected a trait/],
  ["frequency([1T] <= 0D) >= 1", "E_RECENCY_RANGE", 19, /"0D"; expected 1 to 3650 days/],
  ["frequency([1T] <= 3651D) >= 1", "E_RECENCY_RANGE", 19, /"3651D"/],
  ["frequency([1T]) >= 0", "E_FREQUENCY_RANGE", 20, /">= 0", which everybody meets/],
  ["frequency([1T]) <= 1000001", "E_FREQUENCY_RANGE", 20, /expected at most 1000000/],
  // The first fault in the text, whatever its kind.
  ["frequency([1T] <= 0D) >= 1 AND (", "E_RECENCY_RANGE", 19, /"0D"/],
  [`1T AND ${"x".repeat(60)}`, "E_SYNTAX", 8, /"x{40}…"/],
];

test("a rule that does not parse names its first fault, where it is and what was expected", () => {
  for (const [text, code, column, message] of FAULTS) {
    const result = parseSegmentRule(text);
    assert.ok(!result.ok, text);
    assert.deepEqual(
      { code: result.error.code, column: result.error.column },
      { code, column },
      text,
    );
    assert.match(result.error.message, message, text);
  }
});

test("a rule may nest 100 deep and no deeper", () => {
  const nested = (depth: number): string => `${"(".repeat(depth)}1T${")".repeat(depth)}`;
  parsed(nested(100));
  const tooDeep = parseSegmentRule(nested(101));
  assert.ok(!tooDeep.ok);
  assert.equal(tooDeep.error.code, "E_TOO_DEEP");
  assert.equal(tooDeep.error.column, 101);
  parsed(`${"NOT ".repeat(100)}1T`);
  const tooManyNots = parseSegmentRule(`${"NOT ".repeat(101)}1T`);
  assert.ok(!tooManyNots.ok);
  assert.equal(tooManyNots.error.code, "E_TOO_DEEP");
  // Nesting that has ended does not count.
  parsed(Array.from({ length: 200 }, () => nested(50)).join(" AND NOT "));
});

test("a rule may be 1 MiB long and no longer", () => {
  const text = `${"1T OR ".repeat(174_762)}1T`;
  const atLimit = text.padEnd(1_048_576);
  assert.equal(atLimit.length, 1_048_576);
  parsed(atLimit);
  const tooLong = parseSegmentRule(`${atLimit} `);
  assert.ok(!tooLong.ok);
  assert.equal(tooLong.error.code, "E_TOO_LONG");
  assert.equal(tooLong.error.column, 1_048_577);
});

const CANONICAL: readonly (readonly [string, string])[] = [
  ["1234t", "1234T"],
  ["007T", "7T"],
  ["((1T))", "1T"],
  ["1T and not 2T", "1T AND NOT 2T"],
  ["1T NOT 2T", "1T AND NOT 2T"],
  ["1T NOT NOT 2T", "1T AND NOT NOT 2T"],
  ["1T OR 2T AND 3T", "1T OR 2T AND 3T"],
  ["(1T OR 2T) AND 3T", "(1T OR 2T) AND 3T"],
  ["(1T AND 2T) OR (3T)", "1T AND 2T OR 3T"],
  ["(1T AND (2T AND 3T))", "1T AND 2T AND 3T"],
  ["NOT (1T AND 2T)", "NOT (1T AND 2T)"],
  ["NOT (1T) AND 2T", "NOT 1T AND 2T"],
  ["NOT (1T OR 2T) AND 3T", "NOT (1T OR 2T) AND 3T"],
  ["NOT (frequency([1T])>=2)", "NOT frequency([1T]) >= 2"],
  ["FREQUENCY ( [ 123T,456T ]=>5d )\n== 2", "frequency([123T, 456T] >= 5D) == 2"],
  ["Frequency([1T]<=03650D)=>01", "frequency([1T] <= 3650D) >= 1"],
];

test("the canonical text has one spelling and no superfluous parentheses", () => {
  for (const [text, canonical] of CANONICAL) {
    assert.equal(printSegmentRule(parsed(text)), canonical, text);
    assert.equal(printSegmentRule(parsed(canonical)), canonical);
  }
});

const trait = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }).map((sid) => `${sid}T`);
const frequency = fc
  .record({
    traits: fc.array(trait, { minLength: 1, maxLength: 4 }),
    window: fc.option(fc.tuple(fc.constantFrom("<=", ">="), fc.integer({ min: 1, max: 3650 }))),
    comparison: fc.constantFrom(">=", "<=", "=="),
    count: fc.integer({ min: 1, max: 1_000_000 }),
  })
  .map(({ traits, window, comparison, count }) => {
    const days = window === null ? "" : ` ${window[0]} ${window[1]}D`;
    return `frequency([${traits.join()}]${days}) ${comparison} ${count}`;
  });
const { rule: ruleText } = fc.letrec<{ rule: string; inner: string }>((tie) => ({
  inner: fc.oneof({ maxDepth: 5 }, trait, frequency, tie("rule")),
  rule: fc.oneof(
    { maxDepth: 5 },
    trait,
    frequency,
    fc.array(tie("inner"), { minLength: 2, maxLength: 4 }).map((all) => `(${all.join(" OR ")})`),
    fc.array(tie("inner"), { minLength: 2, maxLength: 4 }).map((all) => `(${all.join(" AND ")})`),
    tie("inner").map((inner) => `NOT (${inner})`),
    fc.tuple(tie("inner"), tie("inner")).map(([one, other]) => `${one} NOT ${other}`),
  ),
}));

test("printing and parsing again gives the same tree and the same text", () => {
  fc.assert(
    fc.property(ruleText, (text) => {
      const rule = parsed(text);
      const printed = printSegmentRule(rule);
      const again = parsed(printed);
      assert.deepEqual(withoutColumns(again), withoutColumns(rule));
      assert.equal(printSegmentRule(again), printed);
    }),
    { seed: 42, numRuns: 500 },
  );
});

function withoutColumns(rule: SegmentRule): unknown {
  return JSON.parse(JSON.stringify(rule, (key, value) => (key === "column" ? undefined : value)));
}

test("the traits of a rule come once each, ascending", () => {
  const rule = parsed("7T AND NOT (3T OR frequency([12T, 3T] <= 2D) >= 1)");
  assert.deepEqual(traitsOf(rule), [3, 7, 12]);
});

const KNOWN: Readonly<Record<number, Partial<TraitForSegments>>> = {
  1: {},
  2: {},
  5: { allowsFrequency: false },
  6: { allowsFrequency: false, thirdParty: true },
  7: { thirdParty: true },
  8: { kind: "computed", allowsFrequency: false, ttlDays: 0 },
  900: { kind: "folder", ttlDays: 0, members: [asTraitId(1), asTraitId(5)] },
};

function faultsOf(text: string): string[] {
  const faults = checkSegmentRule(parsed(text), (sid) => {
    const known = KNOWN[sid];
    if (known === undefined) return null;
    const base: TraitForSegments = {
      kind: "base",
      allowsFrequency: true,
      thirdParty: false,
      ttlDays: 120,
      members: [],
    };
    return { ...base, ...known };
  });
  return faults.map(({ code, column }) => `${code} ${column}`);
}

test("a checked rule names each unknown trait where it stands first", () => {
  assert.deepEqual(faultsOf("1T AND (99T OR 98T) AND 99T"), [
    "E_UNKNOWN_TRAIT 9",
    "E_UNKNOWN_TRAIT 16",
  ]);
  assert.deepEqual(faultsOf("0T"), ["E_UNKNOWN_TRAIT 1"]);
});

test("only rule-based and folder traits of one's own may be counted, all others only held", () => {
  assert.deepEqual(faultsOf("frequency([1T, 900T]) >= 2 AND 5T AND 6T AND 7T AND 8T"), []);
  assert.deepEqual(faultsOf("frequency([1T, 5T]) >= 2"), ["E_RF_TRAIT_TYPE 16"]);
  assert.deepEqual(faultsOf("frequency([8T]) >= 1"), ["E_RF_TRAIT_TYPE 12"]);
  assert.deepEqual(faultsOf("frequency([7T, 6T]) >= 2"), [
    "E_RF_TRAIT_TYPE 16",
    "E_RF_THIRD_PARTY 12",
    "E_RF_THIRD_PARTY 16",
  ]);
});

test("a rule that holds without any trait is refused", () => {
  for (const text of [
    "NOT 1T",
    "1T OR NOT 2T",
    "frequency([1T]) <= 5",
    "frequency([1T] >= 30D) == 0",
    "NOT frequency([1T]) >= 1",
    "NOT (1T AND 2T)",
    "NOT 900T AND NOT 1T",
  ]) {
    assert.deepEqual(faultsOf(text), ["E_MATCHES_EMPTY_PROFILE 1"], text);
  }
  for (const text of [
    "1T AND NOT 2T",
    "frequency([1T]) >= 1 AND frequency([1T]) <= 5",
    "frequency([1T]) <= 5 AND 2T",
    "NOT frequency([1T]) <= 5",
    "NOT NOT 1T",
    "NOT frequency([1T]) == 0",
  ]) {
    assert.deepEqual(faultsOf(text), [], text);
  }
});

test("faults come in the documented order", () => {
  assert.deepEqual(faultsOf("frequency([7T, 5T, 99T]) <= 1"), [
    "E_UNKNOWN_TRAIT 20",
    "E_RF_TRAIT_TYPE 16",
    "E_RF_THIRD_PARTY 12",
    "E_MATCHES_EMPTY_PROFILE 1",
  ]);
});

test("a rule may name 5,000 different traits and no more", () => {
  const traits = (count: number): string =>
    Array.from({ length: count }, (_, at) => `${at + 1}T`).join(" OR ");
  const lookup = (): TraitForSegments => ({
    kind: "base",
    allowsFrequency: true,
    thirdParty: false,
    ttlDays: 120,
    members: [],
  });
  assert.deepEqual(checkSegmentRule(parsed(`${traits(5_000)} OR 1T`), lookup), []);
  const text = traits(5_001);
  const [fault, ...others] = checkSegmentRule(parsed(text), lookup);
  assert.equal(fault?.code, "E_TOO_MANY_TRAITS");
  assert.equal(fault?.column, text.indexOf("5001T") + 1);
  assert.match(fault?.message ?? "", /5001 different traits; a segment rule has at most 5000/);
  assert.deepEqual(others, []);
});

test("a rule with thousands of unknown traits names the first hundred", () => {
  const text = Array.from({ length: 2_000 }, (_, at) => `${at + 1_000}T`).join(" OR ");
  assert.equal(checkSegmentRule(parsed(text), () => null).length, 100);
});
