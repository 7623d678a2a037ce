// Keys of trait rules that no call carries, or not in this spelling: prefixes, headers, letter case, slips of
// the pen. Each key is told of once, where it is used first.

import { nearestWord } from "../catalog/nearest-word.ts";
import { fold } from "../model/signal.ts";
import { type Comparison, traitRuleWarnings } from "../rules/trait-rule/trait-rule.ts";
import type { Finding, LintCode, Severity } from "./finding.ts";
import {
  HEADER_KEYS,
  isHiddenHeader,
  isSendable,
  LOWER_CASE_KEYS,
  PLATFORM_KEYS,
} from "./known-keys.ts";
import type { PartnerRules } from "./partner-rules.ts";

/** Further rules that a finding names. */
const MAX_RELATED = 5;
/** Shorter keys are near to nearly every other. */
const MIN_NEAR_CHARACTERS = 4;
/** Keys that each unseen one is held against. */
const MAX_SEEN_KEYS = 5_000;

interface KeyUse {
  readonly key: string;
  /** Of rules, the first one first. */
  readonly places: { readonly at: string; readonly column: number }[];
  readonly comparisons: Comparison[];
}

interface Oddity {
  readonly code: LintCode;
  readonly severity: Severity;
  readonly message: string;
}

export function keyFindings(rules: PartnerRules): Finding[] {
  const uses = keyUses(rules);
  const seen = seenKeys(rules);
  const findings: Finding[] = [];
  for (const use of uses.values()) {
    const oddity = oddityOf(use, { rules, uses, seen });
    if (oddity !== null) findings.push(findingAt(use, oddity));
    const spelt = platformSpelling(use, rules);
    if (spelt !== null) findings.push(findingAt(use, spelt));
  }
  return findings;
}

/** By key, folded as the partner folds. Onboarded traits see files, whose keys nobody has seen. */
function keyUses({ traits, folding }: PartnerRules): Map<string, KeyUse> {
  const uses = new Map<string, KeyUse>();
  for (const { at, trait, placed } of traits) {
    if (placed === null || trait.traitType !== "RULE_BASED_TRAIT") continue;
    for (const [comparison, column] of placed.columns) {
      const key = folding.fold(comparison.key);
      let use = uses.get(key);
      if (use === undefined) {
        use = { key, places: [], comparisons: [] };
        uses.set(key, use);
      }
      use.comparisons.push(comparison);
      const place = `${at}/traitRule`;
      if (use.places.at(-1)?.at !== place) use.places.push({ at: place, column });
    }
  }
  return uses;
}

/** Null where nobody counted. */
function seenKeys({ evidence, folding }: PartnerRules): ReadonlySet<string> | null {
  const seen = evidence?.seenKeys ?? null;
  return seen === null ? null : new Set([...seen.keys()].map(folding.fold));
}

interface Context {
  readonly rules: PartnerRules;
  readonly uses: ReadonlyMap<string, KeyUse>;
  readonly seen: ReadonlySet<string> | null;
}

/** The first of these that is so: what is wrong with a key explains why nobody has seen it. */
function oddityOf(use: KeyUse, context: Context): Oddity | null {
  const { key } = use;
  const { rules, seen } = context;
  if (rules.derivedKeys.has(key) || seen?.has(key) === true || isWarnedOf(use)) return null;
  if (!isSendable(key)) {
    const message = `No call can carry the key "${key}": a key of a call is made of ASCII letters, digits, "-", "_" and ".", with a letter in it.`;
    return { code: "L_KEY_NEVER_SENT", severity: "warning", message };
  }
  const platform = fold(key);
  if (platform.startsWith("h_")) return headerOddity(key, platform);
  if (platform.startsWith("d_")) return platformOddity(key, platform);
  return caseOddity(use, context) ?? unseenOddity(key, context) ?? prefixOddity(use, context);
}

/** What reading the workspace says already. */
function isWarnedOf({ comparisons }: KeyUse): boolean {
  return comparisons.slice(0, 1).some((one) => traitRuleWarnings(one).length > 0);
}

function headerOddity(key: string, lower: string): Oddity | null {
  if (isHiddenHeader(lower)) {
    const message = `The header behind "${key}" is never a signal: it may hold credentials, or is a proxy's.`;
    return { code: "L_HIDDEN_HEADER", severity: "warning", message };
  }
  if (key !== lower) {
    const message = `The names of headers are in lower case: "${lower}" is meant.`;
    return { code: "L_KEY_CASE", severity: "warning", message };
  }
  if (HEADER_KEYS.has(key)) return null;
  const dashed = `h_${key.slice("h_".length).replaceAll("_", "-")}`;
  const near = HEADER_KEYS.has(dashed) ? dashed : nearKey(key, HEADER_KEYS);
  const message =
    near === null
      ? "No usual header is called so: only apps or servers of your own can send it."
      : `No usual header is called so: did you mean "${near}"?`;
  return { code: "L_UNKNOWN_HEADER", severity: near === null ? "note" : "warning", message };
}

function platformOddity(key: string, lower: string): Oddity | null {
  if (PLATFORM_KEYS.has(key)) return null;
  if (PLATFORM_KEYS.has(lower)) {
    const message = `The platform's keys are in lower case: "${lower}" is meant.`;
    return { code: "L_KEY_CASE", severity: "warning", message };
  }
  const near = nearKey(key, PLATFORM_KEYS);
  const message =
    near === null
      ? `The platform has no key "${key}", and the prefix "d_" is the platform's: "c_" is for keys of your own.`
      : `The platform has no key "${key}": did you mean "${near}"?`;
  return { code: "L_UNKNOWN_PLATFORM_KEY", severity: near === null ? "note" : "warning", message };
}

/** Of two spellings of one key under case-sensitive traits the rarer one is odd. */
function caseOddity({ key, places }: KeyUse, { rules, uses, seen }: Context): Oddity | null {
  if (!rules.folding.isCaseSensitive) return null;
  const other = [...uses.values()].find((one) => one.key !== key && fold(one.key) === fold(key));
  const seenSo = [...(seen ?? [])].find((one) => fold(one) === fold(key));
  const meant = seenSo ?? (other !== undefined && isRarer(places, other) ? other.key : null);
  if (meant === null) return null;
  const who = seenSo === undefined ? "Other rules ask for" : "Calls carry";
  const message = `${who} "${meant}", and letter case counts in this partner's keys: is "${key}" another one?`;
  return { code: "L_KEY_CASE", severity: "warning", message };
}

function isRarer(places: KeyUse["places"], other: KeyUse): boolean {
  return places.length < other.places.length;
}

function unseenOddity(key: string, { seen }: Context): Oddity | null {
  // Of private keys nodes keep nothing, not even that they came.
  if (seen === null || isPrivate(key)) return null;
  const meant = prefixesOf(key).find((one) => seen.has(one)) ?? nearKey(key, seen);
  const message =
    meant === null
      ? `No call that was seen carries "${key}".`
      : `No call that was seen carries "${key}", but calls carry "${meant}": is that meant?`;
  return { code: "L_UNSEEN_KEY", severity: meant === null ? "note" : "warning", message };
}

function isPrivate(key: string): boolean {
  return fold(key).startsWith("p_");
}

/** With and without a prefix, or under another one. */
function prefixesOf(key: string): string[] {
  const bare = key.replace(/^[cp]_/i, "");
  return [`c_${bare}`, `p_${bare}`, bare].filter((one) => one !== key && one !== "");
}

/** A key of which other rules ask for more often, under another prefix. */
function prefixOddity({ key, places }: KeyUse, { uses, seen }: Context): Oddity | null {
  if (seen !== null) return null;
  for (const one of prefixesOf(key)) {
    const other = uses.get(one);
    if (other === undefined || !isRarer(places, other)) continue;
    const message = `Other rules ask for "${one}", and a prefix is part of the key: is "${key}" another one?`;
    return { code: "L_MIXED_PREFIX", severity: "note", message };
  }
  return null;
}

function nearKey(key: string, known: Iterable<string>): string | null {
  if (key.length < MIN_NEAR_CHARACTERS) return null;
  return nearestWord(key, Iterator.from(known).take(MAX_SEEN_KEYS));
}

/** A case-sensitive comparison with a value that the platform never spells so. */
function platformSpelling({ key, comparisons }: KeyUse, { folding }: PartnerRules): Oddity | null {
  if (!folding.isCaseSensitive || !LOWER_CASE_KEYS.has(key)) return null;
  const wrong = comparisons.find(
    ({ operator, value }) => operator !== "matchesregex" && fold(value.text) !== value.text,
  );
  if (wrong === undefined) return null;
  const message = `The platform gives "${key}" in lower case, and letter case counts for this partner: "${wrong.value.text}" is never found in it.`;
  return { code: "L_PLATFORM_CASE", severity: "warning", message };
}

function findingAt({ places }: KeyUse, { code, severity, message }: Oddity): Finding {
  const [first = { at: "", column: 1 }, ...others] = places;
  const more = others.length > MAX_RELATED ? ` ${others.length} more rules ask for it.` : "";
  const related = others.slice(0, MAX_RELATED).map(({ at }) => at);
  return { at: first.at, code, severity, message: message + more, related, column: first.column };
}
