import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { seededRandom } from "../../../test/support/random.ts";
import { randomRuleText } from "../../../test/support/random-trait-rules.ts";
import { parseTraitRule, printTraitRule, type TraitRule, traitRuleWarnings } from "./trait-rule.ts";

for (const [text, code, column, message] of faultRows()) {
  test(`${shortened(text)} is refused with ${code} at column ${column}`, () => {
    const parsed = parseTraitRule(text);
    assert.ok(!parsed.ok);
    assert.deepEqual(
      [parsed.error.code, parsed.error.column],
      [code, column],
      parsed.error.message,
    );
    assert.match(parsed.error.message, message);
  });
}

test("every message is a sentence", () => {
  for (const [text] of faultRows()) {
    const parsed = parseTraitRule(text);
    assert.match(parsed.ok ? "" : parsed.error.message, /^Found [\s\S]*\.$/, shortened(text));
  }
});

test("a rule prints in its canonical form", () => {
  for (const [text, printed] of PRINTED) {
    assert.equal(printTraitRule(rule(text)), printed, text);
  }
});

test("AND binds tighter than OR, NOT tighter than AND, and grouping leaves no trace", () => {
  assert.deepEqual(rule("a==1 OR b==1 AND NOT c==1"), rule("(a==1) OR ((b==1) AND (NOT (c==1)))"));
  assert.deepEqual(rule("a==1 NOT b==1"), rule("a==1 AND NOT b==1"));
  assert.deepEqual(rule("a==1 AND (b==1 AND c==1)"), rule("a==1 AND b==1 AND c==1"));
  assert.deepEqual(rule("a==1 NOT NOT b==1"), rule("a==1 AND NOT (NOT b==1)"));
  assert.notDeepEqual(rule("a==1"), rule('a=="1"'));
  assert.deepEqual(rule("a==blue"), rule('a=="blue"'));
});

test("printed rules parse to the same tree and print the same again", () => {
  const random = seededRandom(5);
  for (let n = 0; n < 3_000; n += 1) {
    const text = randomRuleText(random, 4);
    const tree = rule(text);
    const printed = printTraitRule(tree);
    assert.deepEqual(rule(printed), tree, text);
    assert.equal(printTraitRule(rule(printed)), printed, text);
  }
});

test("any key and any value survive printing", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 50, unit: "binary" }),
      fc.string({ unit: "binary" }),
      (key, text) => {
        const tree: TraitRule = {
          kind: "comparison",
          key,
          operator: "==",
          value: { kind: "text", text },
        };
        assert.deepEqual(rule(printTraitRule(tree)), tree);
      },
    ),
    { seed: 20, numRuns: 500 },
  );
});

test("a rule may be as long, as wide and as deep as its limits, and no more", () => {
  const widest = Array.from({ length: 5_000 }, () => "a==1").join(" OR ");
  const deepest = `${"(".repeat(100)}a==1${")".repeat(100)}`;
  const longest = `a == "${"x".repeat(65_528)}"`;
  assert.equal(longest.length, 65_535);
  for (const text of [widest, deepest, longest]) rule(text);
  // Side by side is not inside one another.
  rule(Array.from({ length: 300 }, () => "NOT (a==1)").join(" AND "));
  assert.equal(fault(`${widest} OR a==1`).code, "E_TOO_LONG");
  assert.equal(fault(`${widest} OR a==1`).column, widest.length + 5);
  assert.deepEqual([fault(`(${deepest})`).code, fault(`(${deepest})`).column], ["E_TOO_DEEP", 101]);
  assert.equal(fault(`${"NOT ".repeat(101)}a==1`).code, "E_TOO_DEEP");
  assert.deepEqual(
    [fault(`${longest} `).code, fault(`${longest} `).column],
    ["E_TOO_LONG", 65_536],
  );
});

test("rules that may surprise their author are legal and get a warning", () => {
  const codesOf = (text: string) => traitRuleWarnings(rule(text)).map(({ code }) => code);
  assert.deepEqual(codesOf('a == "1"'), []);
  assert.deepEqual(codesOf('NOT a == "1"'), ["W_VACUOUS"]);
  assert.deepEqual(codesOf('b == "1" OR NOT a == "1"'), ["W_VACUOUS"]);
  assert.deepEqual(codesOf('b == "1" AND NOT a == "1"'), []);
  assert.deepEqual(codesOf('NOT NOT a == "1"'), []);
  assert.deepEqual(codesOf('a != "1"'), []);
  assert.deepEqual(codesOf('D_Rs == "1" AND d_dst_filter == "1"'), [
    "W_RESERVED_KEY",
    "W_RESERVED_KEY",
  ]);
  assert.deepEqual(codesOf('d_uuid == "1" OR D_UUID == "2"'), ["W_CONTROL_KEY"]);
  assert.deepEqual(codesOf('d_ptfm == "1" AND d_event == "imp"'), []);
});

function rule(text: string): TraitRule {
  const parsed = parseTraitRule(text);
  assert.ok(parsed.ok, `${shortened(text)}: ${parsed.ok ? "" : parsed.error.message}`);
  return parsed.value;
}

function fault(text: string) {
  const parsed = parseTraitRule(text);
  assert.ok(!parsed.ok, shortened(text));
  return parsed.error;
}

function shortened(text: string): string {
  const cut = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return JSON.stringify(cut);
}

type FaultRow = readonly [text: string, code: string, column: number, message: RegExp];

function faultRows(): readonly FaultRow[] {
  return [
    ["", "E_EMPTY", 1, /expected a comparison/],
    [" \t\n", "E_EMPTY", 1, /expected a comparison/],
    ['a = "1"', "E_SINGLE_EQUALS", 3, /single "=".*"=="/],
    ["a == 'x'", "E_BAD_CHAR", 6, /straight double quotes/],
    ["a == “x”", "E_BAD_CHAR", 6, /straight double quotes/],
    ['price!123 == "1"', "E_BAD_CHAR", 6, /Found "!"/],
    ["a == 1 && b == 1", "E_BAD_CHAR", 8, /AND, OR or NOT/],
    ['größe == "1"', "E_BAD_CHAR", 3, /Found "ö"/],
    ["a == 1\u0000", "E_BAD_CHAR", 7, /U\+0000/],
    ["a == 😀", "E_BAD_CHAR", 6, /Found "😀"/],
    ['a == "x', "E_UNTERMINATED_STRING", 6, /no end/],
    ['a == "x\\"', "E_UNTERMINATED_STRING", 6, /no end/],
    ['a == "1" AND b == "2', "E_UNTERMINATED_STRING", 19, /no end/],
    ['123 == "1"', "E_BAD_KEY", 1, /Found "123"/],
    ["-price > 1", "E_BAD_KEY", 1, /Found "-price"/],
    ['"" == "1"', "E_BAD_KEY", 1, /0 characters/],
    [`${"k".repeat(256)} == 1`, "E_BAD_KEY", 1, /256 characters/],
    ['a includes "1"', "E_BAD_OPERATOR", 3, /Found "includes".*contains/],
    ["a AND b == 1", "E_BAD_OPERATOR", 3, /Found "AND"/],
    ["a == and", "E_RESERVED_VALUE", 6, /"and".*double quotes/],
    ["a == Contains", "E_RESERVED_VALUE", 6, /"Contains"/],
    ['(a == "1"', "E_SYNTAX", 10, /the end of the rule.*column 1/],
    ['a == "1")', "E_SYNTAX", 9, /Found "\)"/],
    ['a == "1" b == "2"', "E_SYNTAX", 10, /Found "b"; expected AND, OR, NOT/],
    ["a ==", "E_SYNTAX", 5, /a value after "=="/],
    ["a", "E_SYNTAX", 2, /an operator.*after the key "a"/],
    ['"a" "b"', "E_SYNTAX", 5, /an operator/],
    ["a == == 1", "E_SYNTAX", 6, /a value after "=="/],
    ["a == -x", "E_SYNTAX", 6, /double quotes/],
    ["AND a == 1", "E_SYNTAX", 1, /a key.*quotes/],
    ["a == 1 OR", "E_SYNTAX", 10, /the end of the rule/],
    ["a == 1 OR not", "E_SYNTAX", 14, /the end of the rule/],
    ["()", "E_SYNTAX", 2, /Found "\)"; expected a key/],
    ["a == 1 AND ( b == 1", "E_SYNTAX", 20, /"\(" in column 12/],
    ["price > cheap", "E_NON_NUMERIC_OPERAND", 9, /"cheap" after ">"/],
    ['price <= ""', "E_NON_NUMERIC_OPERAND", 10, /expected a number/],
    ['price => "1e5"', "E_NON_NUMERIC_OPERAND", 10, /"1e5" after ">="/],
    ['a == 1 OR price < " 1"', "E_NON_NUMERIC_OPERAND", 19, /expected a number/],
    ['a contains ""', "E_EMPTY_OPERAND", 12, /"contains".*one character/],
    ['a startswith ""', "E_EMPTY_OPERAND", 14, /"startswith"/],
    ['a endswith ""', "E_EMPTY_OPERAND", 12, /"endswith"/],
    ['a matcheswords "-!-"', "E_EMPTY_OPERAND", 16, /letter or digit/],
    ['a matchesregex "("', "E_BAD_REGEX", 16, /"\(" without its "\)"/],
    ['a matchesregex "a++"', "E_BAD_REGEX", 16, /possessive/],
    // Operands are checked once the text parses, then in text order.
    ['a contains "" AND', "E_SYNTAX", 18, /the end of the rule/],
    ['a > x AND b contains ""', "E_NON_NUMERIC_OPERAND", 5, /"x"/],
  ];
}

const PRINTED: readonly (readonly [text: string, printed: string])[] = [
  ["a=>1", "a >= 1"],
  ["a CONTAINS shoe", 'a contains "shoe"'],
  ["(a==1)and(b==2)or not(c==3 or d==4)", "a == 1 AND b == 2 OR NOT (c == 3 OR d == 4)"],
  ["a==1 not b==1", "a == 1 AND NOT b == 1"],
  ["not (a==1 and b==1)", "NOT (a == 1 AND b == 1)"],
  ["(a==1 or b==1) and c==1", "(a == 1 OR b == 1) AND c == 1"],
  ['"a" == x', 'a == "x"'],
  ['"and" == x', '"and" == "x"'],
  ["contains == x", 'contains == "x"'],
  ['"1" == "key value"', '"1" == "key value"'],
  ["a == +1.", "a == +1."],
  ["a == 5_0", 'a == "5_0"'],
  ['a matchesregex "AB-\\d{3}"', 'a matchesregex "AB-\\d{3}"'],
  ['a == "\\\\d \\" \\\\"', 'a == "\\d \\" \\\\"'],
];
