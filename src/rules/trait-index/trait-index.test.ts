import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../test/support/random.ts";
import {
  crowdedSignals,
  crowdedTraitRules,
  randomSignals,
  randomTraitRules,
  signalsOf,
} from "../../../test/support/random-trait-rules.ts";
import { asDataSourceId, asTraitId } from "../../model/ids.ts";
import { parseTraitRule } from "../trait-rule/trait-rule.ts";
import { NO_KEY } from "./key-names.ts";
import { buildSlowTraitIndex } from "./slow-trait-index.ts";
import { buildTraitIndex, type IndexedTrait } from "./trait-index.ts";

const BOTH = [buildTraitIndex, buildSlowTraitIndex];

test("the worked examples of the manual hold in both indexes", () => {
  for (const [rule, rows] of WORKED_EXAMPLES) {
    for (const build of BOTH) {
      const index = build([trait(1, rule)], { caseSensitive: false });
      for (const [query, expected] of Object.entries(rows)) {
        const got = index.realized(signalsOfQuery(query), null);
        assert.deepEqual(got, expected ? [1] : [], `${build.name}: ${rule} on "${query}"`);
      }
    }
  }
});

test("operators agree with the manual on values at their edges, in both indexes", () => {
  for (const [rule, value, expected] of EDGES) {
    for (const build of BOTH) {
      const index = build([trait(1, rule)], { caseSensitive: false });
      const got = index.realized(signalsOf([["a", value]]), null);
      assert.deepEqual(
        got,
        expected ? [1] : [],
        `${build.name}: ${rule} on ${JSON.stringify(value)}`,
      );
    }
  }
});

test("with case-sensitive traits neither keys nor values nor words fold", () => {
  const rules = [
    ...['Key == "Val"', 'Key == "val"', 'key == "Val"', 'Key contains "Val"', 'Key contains "val"'],
    ...['Key matcheswords "val"', 'Key matcheswords "Val"', 'Key matchesregex "(?i)VALUE?|val"'],
  ];
  for (const build of BOTH) {
    const index = build(
      rules.map((rule, n) => trait(n, rule)),
      { caseSensitive: true },
    );
    assert.deepEqual(
      index.realized(signalsOf([["Key", "Val"]], true), null),
      [0, 3, 6, 7],
      build.name,
    );
    assert.equal(index.keyNumber("Key"), 0);
    assert.equal(index.keyNumber("KEY"), NO_KEY);
  }
});

test("realized traits ascend without repeats, whatever the order in which they were given", () => {
  const traits = [
    trait(30, 'a == "1" OR a == "2" OR b == "3"'),
    trait(10, "a >= 1"),
    trait(30, 'b == "3"'),
    trait(20, 'NOT c == "1"'),
  ];
  const signals = signalsOf([
    ["a", "1"],
    ["a", "2"],
    ["b", "3"],
  ]);
  for (const build of BOTH) {
    const index = build(traits, { caseSensitive: false });
    assert.deepEqual(index.realized(signals, null), [10, 20, 30], build.name);
  }
});

test("only traits of the given data source are realized when one is given", () => {
  const traits = [
    trait(1, 'key1 == "val1"', 1),
    trait(2, 'key2 == "val2"', 2),
    trait(3, 'NOT key3 == "val3"', 2),
  ];
  const signals = signalsOf([
    ["key1", "val1"],
    ["key2", "val2"],
  ]);
  for (const build of BOTH) {
    const index = build(traits, { caseSensitive: false });
    assert.deepEqual(index.realized(signals, asDataSourceId(1)), [1], build.name);
    assert.deepEqual(index.realized(signals, asDataSourceId(2)), [2, 3], build.name);
    assert.deepEqual(index.realized(signals, asDataSourceId(3)), [], build.name);
  }
});

test("a rule that is true without signals holds until a signal speaks against it", () => {
  const traits = [trait(1, 'NOT (a == "1" OR b contains "x") AND NOT c > 5')];
  for (const build of BOTH) {
    const index = build(traits, { caseSensitive: false });
    const on = (query: string) => index.realized(signalsOfQuery(query), null).length === 1;
    assert.deepEqual(
      ["", "a=2", "a=1", "b=y", "b=axb", "c=5", "c=6", "d=1"].map(on),
      [true, true, false, true, false, true, false, true],
      build.name,
    );
  }
});

test("an index of no rules uses no key and realizes nothing", () => {
  for (const build of BOTH) {
    const index = build([], { caseSensitive: false });
    assert.equal(index.keyNumber("a"), NO_KEY);
    assert.deepEqual(index.realized(signalsOfQuery("a=1"), null), []);
  }
});

test("the keys of all rules are used, those of excluded and negated comparisons too", () => {
  for (const build of BOTH) {
    const index = build([trait(1, 'A == "1" AND NOT (b > 2 OR "C d" matchesregex ".*")')], {
      caseSensitive: false,
    });
    assert.deepEqual(
      ["a", "b", "c d", "A", "d"].map((key) => index.keyNumber(key)),
      [0, 1, 2, NO_KEY, NO_KEY],
    );
    assert.deepEqual([...index.usedKeys()].sort(), ["a", "b", "c d"]);
  }
});

test("a rule of 5,000 comparisons nested 100 deep is served", () => {
  const many = Array.from({ length: 4_900 }, (_, n) => `k${n % 7}==${n}`).join(" OR ");
  const deep = `${"NOT (".repeat(50)}a == "1"${")".repeat(50)}`;
  for (const build of BOTH) {
    const index = build([trait(1, `(${many}) AND ${deep}`)], { caseSensitive: false });
    assert.deepEqual(index.realized(signalsOfQuery("k6=4899&a=1"), null), [1], build.name);
    assert.deepEqual(index.realized(signalsOfQuery("k5=4899&a=1"), null), [], build.name);
  }
});

test("on crowded rule sets the fast index answers as its slow twin", () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const random = seededRandom(seed);
    const caseSensitive = random.chance(0.3);
    const traits = crowdedTraitRules(random, 1 + random.below(60));
    const fast = buildTraitIndex(traits, { caseSensitive });
    const slow = buildSlowTraitIndex(traits, { caseSensitive });
    for (let call = 0; call < 10; call += 1) {
      const signals = crowdedSignals(random, caseSensitive);
      const from = random.chance(0.2) ? asDataSourceId(1) : null;
      const shown = `seed ${seed}, call ${call}: ${JSON.stringify(signals)}`;
      assert.deepEqual(fast.realized(signals, from), slow.realized(signals, from), shown);
    }
  }
});

test("on believable rules the fast index answers as its slow twin", () => {
  const random = seededRandom(41);
  const traits = randomTraitRules(random, 4_000);
  const fast = buildTraitIndex(traits, { caseSensitive: false });
  const slow = buildSlowTraitIndex(traits, { caseSensitive: false });
  let realized = 0;
  for (let call = 0; call < 150; call += 1) {
    const signals = randomSignals(random);
    const expected = slow.realized(signals, null);
    realized += expected.length;
    assert.deepEqual(fast.realized(signals, null), expected, JSON.stringify(signals));
  }
  assert.ok(realized > 10, "the calls realize something");
});

function trait(sid: number, text: string, dataSourceId = 1): IndexedTrait {
  const rule = parseTraitRule(text);
  assert.ok(rule.ok, `${text}: ${rule.ok ? "" : rule.error.message}`);
  return { sid: asTraitId(sid), dataSourceId: asDataSourceId(dataSourceId), rule: rule.value };
}

/** A query of plain keys and values, split at commas as the examples need it. */
function signalsOfQuery(query: string) {
  const rows = [...new URLSearchParams(query)].flatMap(([key, value]) =>
    [...new Set([...value.split(","), value])].map((one) => [key, one] as const),
  );
  return signalsOf(rows);
}

const WORKED_EXAMPLES: readonly (readonly [string, Readonly<Record<string, boolean>>])[] = [
  [
    'color == "blue"',
    { "color=blue": true, "color=Blue,red": true, "color=navy": false, "": false },
  ],
  [
    "price > 100",
    {
      "price=101": true,
      "price=100": false,
      "price=99,150": true,
      "price=cheap": false,
      "": false,
    },
  ],
  [
    "price >= 1.00 AND price <= 100.00",
    { "price=1": true, "price=100": true, "price=0.5": false, "price=0.5,200": true },
  ],
  [
    '(c_make=="A") AND (c_model=="B") AND (c_search=="1")',
    { "c_make=A&c_model=B&c_search=1": true, "c_make=A&c_model=B": false },
  ],
  [
    '(a== "1" OR b=="1") AND (c=="new")',
    { "a=1&c=new": true, "b=1&c=new": true, "a=1&b=1": false, "c=new": false },
  ],
  [
    'a == "1" OR b == "1" AND c == "1"',
    { "a=1": true, "b=1&c=1": true, "b=1": false, "c=1": false },
  ],
  [
    'v == "1" AND NOT (a == "23")',
    { "v=1": true, "v=1&a=24": true, "v=1&a=23": false, "v=1&a=23,24": false },
  ],
  [
    'v == "1" AND (a != "23")',
    { "v=1": false, "v=1&a=24": true, "v=1&a=23": false, "v=1&a=23,24": true },
  ],
  [
    'NOT (a == "1" OR b == "1") AND c == "1"',
    { "c=1": true, "c=1&a=1": false, "a=1": false, "": false },
  ],
  ['a == "1" NOT b == "1"', { "a=1": true, "a=1&b=1": false, "b=1": false }],
  ['c_kw contains "shoe"', { "c_kw=Running+Shoes": true, "c_kw=boots": false, "": false }],
  [
    'h_accept-language startswith "es"',
    {
      "h_accept-language=es-MX": true,
      "h_accept-language=en": false,
      "h_accept-language=ES": true,
    },
  ],
  [
    'c_page endswith ".pdf"',
    { "c_page=guide.pdf": true, "c_page=guide.pdf?x=1": false, "c_page=GUIDE.PDF": true },
  ],
  [
    'c_sku matchesregex "AB-\\d{3}"',
    { "c_sku=AB-123": true, "c_sku=ab-123": false, "c_sku=AB-1234": false, "c_sku=xAB-123": false },
  ],
  [
    'c_kw matcheswords "red shoes"',
    {
      "c_kw=cheap+red+shoes": true,
      "c_kw=shoes+red": false,
      "c_kw=redshoes": false,
      "c_kw=red-shoes": true,
    },
  ],
  [
    'd_country == "UK" OR d_country == "IE"',
    { "d_country=uk": true, "d_country=ie": true, "d_country=fr": false },
  ],
  [
    'd_state == "on" AND d_country == "ca"',
    { "d_state=on&d_country=ca": true, "d_state=on&d_country=ng": false },
  ],
  [
    'd_event == "imp" AND d_campaign == "9234067"',
    { "d_event=imp&d_campaign=9234067": true, "d_event=click&d_campaign=9234067": false },
  ],
  ['ic == "456"', { "ic=123,456": true, "ic=45": false }],
  ["sku == 100", { "sku=100": true, "sku=100.0": true, "sku=0100": true, "sku=A100": false }],
];

/** Rule, the one value of its key, answer. */
const EDGES: readonly (readonly [string, string, boolean])[] = [
  ['a == "100"', "100.0", false],
  ["a == 100", "+100.", true],
  ["a == 0", "-0", true],
  ["a == .5", "00.50", true],
  ["a == 1", "1e0", false],
  ["a == 1", " 1", false],
  ["a == 1", "１", false],
  ["a == 9007199254740993", "9007199254740992", true],
  ["a != 1", "1.0", false],
  ["a != 1", "one", true],
  ["a != 1", "", true],
  ['a != "1"', "1.0", true],
  ["a > 1", "1.0000001", true],
  ['a > "9"', "10", true],
  ["a >= -1", "-1.0", true],
  ["a => 5", "5", true],
  ["a < 0", "-.5", true],
  ["a < 5", "", false],
  ['a == ""', "", true],
  ['a == "straße"', "STRASSE", false],
  ['a == "É"', "é", true],
  ['a contains "😀"', "x😀y", true],
  ['a startswith "x"', "x", true],
  ['a endswith "x"', "x", true],
  ['a startswith "xy"', "x", false],
  ['a matcheswords "İstanbul"', "in ISTANBUL, today", false],
  ['a matcheswords "İstanbul"', "in İstanbul, today", true],
  ['a matcheswords "été 24"', "l'ÉTÉ 24!", true],
  ['a matcheswords "b c"', "a b  c d", true],
  ['a matcheswords "b c"', "ab c", false],
  ['a matcheswords "ΑΣ"', "ΑΣ.Α", true],
  ['a matcheswords "日本"', "日本語", false],
  ['a matchesregex ""', "", true],
  ['a matchesregex "a|ab"', "ab", true],
  ['a matchesregex "a.c"', "a\nc", false],
];
