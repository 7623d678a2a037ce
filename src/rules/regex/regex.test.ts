import assert from "node:assert/strict";
import { test } from "node:test";
import { compileRegex, type Regex } from "./regex.ts";
import { groupRegexes } from "./regex-group.ts";

test("patterns mean what they mean in Java, on whole values", () => {
  for (const [pattern, matching, others] of MEANINGS) {
    const regex = compiled(pattern);
    for (const value of matching) assert.ok(regex.matches(value), `${pattern} on ${shown(value)}`);
    for (const value of others)
      assert.ok(!regex.matches(value), `${pattern} not on ${shown(value)}`);
  }
});

test("what cannot run is refused by name", () => {
  for (const [pattern, message] of REFUSED) {
    const result = compileRegex(pattern);
    assert.ok(!result.ok, pattern);
    assert.match(result.error, message, pattern);
  }
});

test("a look-around or a reference back runs unless its repeats can explode", () => {
  const safe = [
    "(?=.*\\d)(?=.*[a-z]).{8,}",
    "(?!.*admin).*/shop/.*",
    "(.)\\1",
    "(?<n>ab|cd)-\\k<n>",
  ];
  for (const pattern of safe) assert.ok(compileRegex(pattern).ok, pattern);
  const explosive = [
    ...["(?=x)(a+)+b", "(a|ab)*\\1", "(?!y)(?:a*)*", "(.*)(.*)(.*)\\1", "(?=(a+)+b)a"],
    ...["(?!x).*.*.*x", "(?<=a)(?:\\w+\\s?)*x"],
  ];
  for (const pattern of explosive) {
    const result = compileRegex(pattern);
    assert.ok(!result.ok, pattern);
    assert.match(result.error, /may take too long/, pattern);
  }
});

test("values that a pattern cannot afford in full are cut", () => {
  assert.equal(compiled("(?=a)a*").matches(`${"a".repeat(2_048)}b`), true);
  assert.equal(compiled("(?=a)a*").matches(`${"a".repeat(2_047)}b`), false);
  assert.equal(compiled("a*").matches(`${"a".repeat(32_767)}b`), false);
  const wide = compiled("[ab]{599}.*");
  assert.equal(wide.linear?.maxCharacters, 1_000);
});

test("a text that each match holds is told, when there is one worth looking for", () => {
  for (const [pattern, folded, asWritten] of REQUIRED) {
    const regex = compiled(pattern);
    assert.deepEqual(
      [regex.requiredText(true), regex.requiredText(false)],
      [folded, asWritten],
      pattern,
    );
  }
});

test("a group of expressions answers as each of them would", () => {
  const patterns = ["\\d+", "[a-c]*", ".*", "(?=a).*", "a|b", "\\w{2,4}", "[^1]+"];
  const regexes = patterns.map(compiled);
  const groups = groupRegexes(regexes.map((regex, of) => ({ regex, of })));
  const grouped = groups.flatMap(({ members }) => members);
  assert.deepEqual(grouped, [0, 1, 2, 4, 5, 6], "the one with a look-around is left out");
  for (const value of ["", "1", "a", "ab", "abcd", "abcde", "a\nb", "é"]) {
    const expected = grouped.filter((of) => regexes[of]?.matches(value));
    const got = groups.flatMap((group) => group.matching(value));
    assert.deepEqual(got.sort(), expected, shown(value));
  }
});

function compiled(pattern: string): Regex {
  const result = compileRegex(pattern);
  assert.ok(result.ok, `${pattern}: ${result.ok ? "" : result.error}`);
  return result.value;
}

const shown = (value: string): string => JSON.stringify(value);

type Meaning = readonly [pattern: string, matching: readonly string[], others: readonly string[]];

const MEANINGS: readonly Meaning[] = [
  ["AB-\\d{3}", ["AB-123"], ["ab-123", "AB-1234", "xAB-123", "AB-١٢٣"]],
  ["a|ab", ["a", "ab"], ["b", "abb"]],
  ["", [""], ["a"]],
  ["a||b", ["a", "", "b"], ["ab"]],
  ["^abc$", ["abc"], ["abc\n", "xabc"]],
  ["\\Aabc\\z", ["abc"], ["abcd"]],
  ["abc\\Z", ["abc"], ["abc\n"]],
  ["a.c", ["abc", "a😀c"], ["a\nc", "a\rc", "a\u0085c", "a\u2028c"]],
  ["(?s)a.c", ["a\nc", "a\u2028c"], ["ac"]],
  ["(?i)straße", ["STRAßE", "straße"], ["STRASSE"]],
  ["(?i)a(?-i)b", ["ab", "Ab"], ["AB"]],
  ["a(?i:b)c", ["abc", "aBc"], ["Abc", "abC"]],
  ["(a(?i)b)c", ["abc", "aBc"], ["abC"]],
  ["(?im)^x$|y", ["X", "Y"], ["xy"]],
  ["(?m)a$\\n^b", ["a\nb"], ["ab"]],
  ["\\Qa.b*\\E", ["a.b*"], ["axb"]],
  ["\\Qa.b\\E+", ["a.b", "a.bbb"], ["a.ba.b"]],
  ["\\Q(unclosed", ["(unclosed"], ["unclosed"]],
  ["[\\h]+\\v", ["\t \u00a0\u3000\n"], ["\t", "\n"]],
  ["\\s+", [" \t\n\u000b\f\r"], ["\u00a0"]],
  ["\\R", ["\r\n", "\n", "\u2028"], ["\n\n"]],
  ["\\p{Alpha}+", ["abZ"], ["é", "1"]],
  ["\\P{Alpha}+", ["é1"], ["a"]],
  ["\\p{Punct}+", ["!#$[`{~"], ["a", "¿"]],
  ["\\p{XDigit}{2}", ["aF"], ["g0"]],
  ["\\p{L}\\pN\\p{Lu}", ["é1É"], ["é1é"]],
  ["\\p{IsGreek}+\\p{script=Latin}\\p{IsL}", ["αβab"], ["abab"]],
  ["\\x41\\u0042\\x{1F600}\\uD83D\\uDE00\\0101\\t\\cA", ["AB😀😀A\t\u0001"], []],
  ["[a-c[x-z]]+", ["azcx"], ["d", "["]],
  ["[]a]+", ["]a"], ["["]],
  ["[^]a]", ["b", "["], ["]", "a"]],
  ["[a\\-z-]+", ["a-z"], ["b"]],
  ["[\\d&&]".replace("&&", "&"), ["&", "1"], ["x"]],
  ["[^\\D]", ["1"], ["a"]],
  ["[\\W\\d]+", ["-1"], ["a"]],
  ["[\\Q^]\\E]+", ["^]"], ["a"]],
  ["x{2,3}?y{2}z{1,}", ["xxyyz", "xxxyyzz"], ["xyyz", "xxyz"]],
  ["(?<year>\\d{4})-(?:0[1-9]|1[0-2])", ["2024-12"], ["2024-13"]],
  ["\\bfoo\\b.*", ["foo bar"], ["foobar"]],
  ["(?=.*\\d)(?=.*[a-z]).{8,}", ["abcdefg1"], ["abcdefgh", "abc1"]],
  ["(?!.*admin).*/shop/.*", ["/a/shop/b"], ["/admin/shop/b"]],
  [".*(?<!x)y", ["ay", "y"], ["xy"]],
  ["(.)(.)\\2\\1", ["abba", "aaaa"], ["abab"]],
  ["(?i)(a)\\1", ["aA"], ["ab"]],
  ["(a)\\10", ["aa0"], ["a0"]],
];

const REFUSED: readonly (readonly [pattern: string, message: RegExp])[] = [
  ["(", /"\(" without its "\)"/],
  ["a)", /"\)" without its "\("/],
  ["[a", /"\[" without its "\]"/],
  ["a\\", /backslash at the end/],
  ["*a", /nothing before it to repeat/],
  ["a**", /quantifier right after another/],
  ["a{3,2}", /most is below its least/],
  ["a{,3}", /nothing before|"\{"/],
  ["a{2000}", /the most is 1000/],
  ["a*+", /possessive/],
  ["a++b", /possessive/],
  ["(?>a)", /atomic/],
  ["[a&&b]", /intersection/],
  ["[b-a]", /end comes before its start/],
  ["\\p{Nonsense}", /unknown property "\\p\{Nonsense\}"/],
  ["\\y", /unknown escape "\\y"/],
  ["\\2(a)(b)", /does not come before/],
  ["\\k<x>", /does not come before/],
  ["(?x)a b", /flag "x"/],
  ["(?P<x>a)", /unknown group "\(\?P<"/],
  ["(?:[a-z]{100}){100}", /sets and repeated characters/],
  ["\\p{L}".repeat(200), /characters and sets/],
  ["a".repeat(17_000), /17000 characters/],
  [`${"(".repeat(101)}a${")".repeat(101)}`, /more than 100 open groups/],
];

/** Pattern, text in folded values, text in values as written. */
const REQUIRED: readonly (readonly [string, string | null, string | null])[] = [
  ["https?://shop\\.example/.*", "://shop.example/", "://shop.example/"],
  [".*PRODUCTS.*", "products", "PRODUCTS"],
  ["(?i).*PRODUCTS.*", "product", null],
  ["(?:foo)+bar(?:quux)?", "foo", "foo"],
  ["abc|abd", null, null],
  ["\\d+", null, null],
  ["a.b.c", null, null],
  ["été", null, null],
  ["(?!admin)user.*", "user", "user"],
];
