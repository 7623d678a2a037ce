// Trait rules and calls made by chance, the same for the same seed. `randomTraitRules` and `randomSignals`
// are believable (a shop's and a publisher's), for benchmarks and for tests at scale; `randomRuleText` and
// `crowdedSignals` draw from a few keys and awkward values, so that everything meets everything.

import { asDataSourceId, asTraitId } from "../../src/model/ids.ts";
import { fold, type Signals } from "../../src/model/signal.ts";
import type { IndexedTrait } from "../../src/rules/trait-index/trait-index.ts";
import { parseTraitRule } from "../../src/rules/trait-rule/trait-rule.ts";
import type { Random } from "./random.ts";

/** Selective keys: how many values each has. */
const CUSTOM_KEYS = Array.from({ length: 60 }, (_, n) => ({ key: `c_attribute${n}`, values: 700 }));
const PRODUCTS = 40_000;
const CAMPAIGNS = 6_000;
const COUNTRIES = ["us", "gb", "de", "fr", "jp", "br", "in", "ca", "au", "nl", "ie", "es"];
const HARDWARE = ["Mobile Phone", "Desktop", "Tablet", "TV"];
const PAGES = ["home", "category", "product", "cart", "checkout", "article", "search"];
const SYLLABLES = [
  "ba",
  "ce",
  "di",
  "fo",
  "gu",
  "ka",
  "le",
  "mi",
  "no",
  "pu",
  "ra",
  "se",
  "ti",
  "vo",
];

/** Believable rules with SIDs from 1,000 on, of data sources 1 to 5. */
export function randomTraitRules(random: Random, count: number): IndexedTrait[] {
  return Array.from({ length: count }, (_, n) => ({
    sid: asTraitId(1_000 + n),
    dataSourceId: asDataSourceId(1 + random.below(5)),
    rule: parsed(believableRule(random)),
  }));
}

/** A call of a believable page: about five rules of 100,000 are true of its 15 signals. */
export function randomSignals(random: Random, count = 15): Signals {
  const product = random.below(PRODUCTS);
  const rows: [string, string][] = [
    ["d_country", random.pick(COUNTRIES)],
    ["d_device_hardware_type", random.pick(HARDWARE)],
    ["c_page_type", random.pick(PAGES)],
    ["c_product_id", `P-${product}`],
    ["c_price", (random.below(100_000) / 100).toFixed(2)],
    ["c_search", `${word(random)} ${word(random)} ${word(random)}`],
    ["h_referer", `https://${word(random)}.example/${word(random)}/item-${product}.html`],
    ["c_campaign", `cmp${random.below(CAMPAIGNS)}`],
  ];
  while (rows.length < count) {
    const { key, values } = random.pick(CUSTOM_KEYS);
    rows.push([key, `value ${random.below(values)}`]);
  }
  return signalsOf(rows.slice(0, count));
}

function believableRule(random: Random): string {
  const shape = random.below(100);
  if (shape < 45) return selective(random);
  if (shape < 70) return `${selective(random)} AND ${common(random)}`;
  if (shape < 80) return `${selective(random)} AND ${common(random)} AND ${common(random)}`;
  if (shape < 88) return `(${selective(random)} OR ${selective(random)}) AND ${common(random)}`;
  if (shape < 92) return `${selective(random)} AND NOT (${common(random)} OR ${common(random)})`;
  if (shape < 96) return `${selective(random)} AND d_country != "${random.pick(COUNTRIES)}"`;
  const low = random.below(900);
  return `c_price >= ${low} AND c_price < ${low + 50} AND ${selective(random)}`;
}

/** True of few calls. */
function selective(random: Random): string {
  const kind = random.below(100);
  const { key, values } = random.pick(CUSTOM_KEYS);
  if (kind < 28) return `${key} == "value ${random.below(values)}"`;
  if (kind < 55) return `c_product_id == "p-${random.below(PRODUCTS)}"`;
  if (kind < 70) return `c_campaign == "cmp${random.below(CAMPAIGNS)}"`;
  if (kind < 74) return `${key} startswith "value ${random.below(values)}"`;
  if (kind < 77) return `h_referer startswith "https://${word(random)}.example/${word(random)}"`;
  if (kind < 80) return `h_referer endswith "-${random.below(PRODUCTS)}.html"`;
  if (kind < 86) return `h_referer contains "${word(random)}/item-${random.below(PRODUCTS)}"`;
  if (kind < 90) return `c_search contains "${word(random)} ${word(random)}"`;
  if (kind < 99) return `c_search matcheswords "${word(random)} ${word(random)}"`;
  const pattern = `https?://${word(random)}\\.example/.*item-\\d+\\.html`;
  return `h_referer matchesregex "${pattern}"`;
}

/** True of many calls. */
function common(random: Random): string {
  const kind = random.below(100);
  if (kind < 35) return `d_country == "${random.pick(COUNTRIES)}"`;
  if (kind < 60) return `c_page_type == "${random.pick(PAGES)}"`;
  if (kind < 80) return `d_device_hardware_type == "${random.pick(HARDWARE)}"`;
  return `c_price ${random.pick([">", "<", ">=", "<="])} ${random.below(1_000)}`;
}

/** One of some 7,500 words of two to four syllables, two thirds of them of three. */
function word(random: Random): string {
  const syllables = random.chance(0.3) ? 2 : 3;
  return Array.from({ length: syllables }, () => random.pick(SYLLABLES)).join("");
}

const FEW_KEYS = ["a", "b", "c_Key", "h_Host", "größe", "1"] as const;
const AWKWARD_VALUES = [
  ...["", "a", "b", "A", "ab", "aba", "abab", "b a", "red shoes", "Red-SHOES!", "shoes red"],
  ...["1", "1.0", "01", "+1", "-1", "1.", ".5", "0.5", "-0", "0", "2", "10", "1e1", " 1", "1,0"],
  ...["9007199254740993", "9007199254740992", "1".repeat(400), "１", "٣", "x1", "NaN"],
  ...["É", "é", "ÉTÉ été", "İ", "i̇", "ΑΣ", "ας", "ΑΣ.Α", "ß", "SS", "K", "k", "ſ", "s", "日本 語"],
  ...["😀", "a😀b", "\ud83d", "e\u0301", "a.b", 'q"q', "\\", "\\d", "a\nb", "ﬁ", "ǆ Ǆ"],
] as const;
const PATTERNS = [
  ...["a", "[ab]+", "\\d+", ".*", ".*shoes.*", "(?i)red.*", "(?i).*SHOES", "a|ab", "", "\\p{L}+"],
  ...["(?=.*b)a.*", "(.)\\1?", "(?!a).*", "\\w+ \\w+", "[^a]*", "aba(?:b)?", "(?i)k|s"],
] as const;

/** A rule over few keys and awkward values, with every operator, nesting and spelling. */
export function randomRuleText(random: Random, depth = 3): string {
  const kind = depth === 0 ? 0 : random.below(10);
  if (kind < 4) return randomComparison(random);
  if (kind < 6) return `NOT ${enclosed(random, depth)}`;
  const joint = random.pick([" AND ", " OR ", " NOT ", " and not ", "\nor\t"]);
  const count = 2 + random.below(2);
  return Array.from({ length: count }, () => enclosed(random, depth)).join(joint);
}

function enclosed(random: Random, depth: number): string {
  const inner = randomRuleText(random, depth - 1);
  return random.chance(0.3) ? inner : `( ${inner})`;
}

function randomComparison(random: Random): string {
  const key = random.pick(FEW_KEYS);
  const value = random.pick(AWKWARD_VALUES);
  const left = /^[A-Za-z_]+$/.test(key) ? key : `"${key}"`;
  const number = random.pick(["1", "0", "-1", "+1.0", ".5", "2.", "10", '"1"', "9007199254740993"]);
  switch (random.below(9)) {
    case 0:
      return `${left} == ${quoted(value)}`;
    case 1:
      return `${left} != ${quoted(value)}`;
    case 2:
      return `${left} ${random.pick(["==", "!="])} ${number}`;
    case 3:
    case 4:
      return `${left} ${random.pick([">", "<", ">=", "<=", "=>"])} ${number}`;
    case 5:
      return `${left} matchesregex ${quoted(random.pick(PATTERNS))}`;
    case 6: {
      const words = /[\p{L}\p{Nd}]/u.test(value) ? value : "red";
      return `${left} matcheswords ${quoted(words)}`;
    }
    default: {
      const operator = random.pick(["contains", "startswith", "endswith", "CONTAINS"]);
      return `${left} ${operator} ${quoted(value === "" ? "a" : value)}`;
    }
  }
}

/** Rules as `randomRuleText` makes them, some SIDs and data sources apart. */
export function crowdedTraitRules(random: Random, count: number): IndexedTrait[] {
  return Array.from({ length: count }, (_, n) => ({
    sid: asTraitId(1 + ((n * 7) % count)),
    dataSourceId: asDataSourceId(1 + random.below(2)),
    rule: parsed(randomRuleText(random)),
  }));
}

/** Signals that many such rules are about: keys repeat, and some have no rule. */
export function crowdedSignals(random: Random, caseSensitive: boolean): Signals {
  const rows = Array.from({ length: random.below(8) }, (): [string, string] => {
    const key = random.chance(0.1) ? "unknown" : random.pick(FEW_KEYS);
    const value = random.pick(AWKWARD_VALUES);
    return [key, random.chance(0.2) ? `${value}${random.pick(AWKWARD_VALUES)}` : value];
  });
  return signalsOf(rows, caseSensitive);
}

/** Signals from keys and values as they came. */
export function signalsOf(
  rows: readonly (readonly [string, string])[],
  caseSensitive = false,
): Signals {
  const foldText = caseSensitive ? (text: string) => text : fold;
  return {
    keys: rows.map(([key]) => foldText(key)),
    values: rows.map(([, value]) => value),
    folded: rows.map(([, value]) => foldText(value)),
  };
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

function parsed(text: string): IndexedTrait["rule"] {
  const result = parseTraitRule(text);
  if (!result.ok)
    throw new Error(`A rule made by chance is wrong: ${text}: ${result.error.message}`);
  return result.value;
}
