// Patterns in the spellings of the two engines: RE2's, and JavaScript's with the flag "u".

import type { Assertion, OneOf, Pattern, Repeat, SetItem } from "./pattern-tree.ts";

interface Spelling {
  readonly assertions: Readonly<Record<Assertion, string>>;
  /** Groups capture only where something may refer back to them. */
  readonly openGroup: string;
  codePoint(codePoint: number): string;
  script(name: string): string;
}

const RE2: Spelling = {
  assertions: {
    start: "\\A",
    end: "\\z",
    lineStart: "(?m:^)",
    lineEnd: "(?m:$)",
    boundary: "\\b",
    noBoundary: "\\B",
  },
  openGroup: "(?:",
  codePoint: (codePoint) => `\\x{${codePoint.toString(16)}}`,
  script: (name) => name,
};

const JAVASCRIPT: Spelling = {
  assertions: { ...RE2.assertions, start: "^", end: "$" },
  openGroup: "(",
  codePoint: (codePoint) => `\\u{${codePoint.toString(16)}}`,
  script: (name) => `Script=${name}`,
};

export function printForRe2(pattern: Pattern): string {
  return print(pattern, RE2);
}

/** To be compiled with the flag "u"; matches a whole value only. */
export function printForJavaScript(pattern: Pattern): string {
  return `^(?:${print(pattern, JAVASCRIPT)})$`;
}

function print(node: Pattern, spelling: Spelling): string {
  switch (node.kind) {
    case "sequence":
      return printSequence(node.items, spelling);
    case "choice":
      return node.options.map((option) => printItem(option, spelling)).join("|");
    case "repeat":
      return `${printRepeated(node.body, spelling)}${quantifier(node)}`;
    case "oneOf":
      return caseless(node.ignoreCase, printOneOf(node, spelling));
    case "assertion":
      return spelling.assertions[node.assertion];
    case "group":
      return `${spelling.openGroup}${print(node.body, spelling)})`;
    case "look":
      return `(?${node.ahead ? "" : "<"}${node.negated ? "!" : "="}${print(node.body, spelling)})`;
    case "backReference":
      // Enclosed, so that a digit that follows is not read as a part of it.
      return caseless(node.ignoreCase, `(?:\\${node.group})`);
  }
}

/** Neighbours that match without regard to case share one group. */
function printSequence(items: readonly Pattern[], spelling: Spelling): string {
  let text = "";
  let caselessRun = "";
  for (const item of items) {
    if (item.kind === "oneOf" && item.ignoreCase) {
      caselessRun += printOneOf(item, spelling);
      continue;
    }
    text += caseless(caselessRun !== "", caselessRun) + printItem(item, spelling);
    caselessRun = "";
  }
  return text + caseless(caselessRun !== "", caselessRun);
}

function printItem(node: Pattern, spelling: Spelling): string {
  return node.kind === "choice" ? `(?:${print(node, spelling)})` : print(node, spelling);
}

function printRepeated(node: Pattern, spelling: Spelling): string {
  const text = print(node, spelling);
  return node.kind === "oneOf" || node.kind === "group" ? text : `(?:${text})`;
}

function quantifier({ min, max, lazy }: Repeat): string {
  return `${countOf(min, max)}${lazy ? "?" : ""}`;
}

function countOf(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`;
  if (min === 0 && max === 1) return "?";
  return min === max ? `{${min}}` : `{${min},${max}}`;
}

function caseless(ignoreCase: boolean, text: string): string {
  return ignoreCase ? `(?i:${text})` : text;
}

function printOneOf({ negated, items }: OneOf, spelling: Spelling): string {
  const [only] = items;
  if (items.length === 1 && only?.kind === "range" && only.from === only.to && !negated) {
    return printCodePoint(only.from, spelling);
  }
  const content = items.map((item) => printSetItem(item, spelling)).join("");
  return `[${negated ? "^" : ""}${content}]`;
}

function printSetItem(item: SetItem, spelling: Spelling): string {
  if (item.kind === "property") {
    const name = item.property === "script" ? spelling.script(item.name) : item.name;
    return `\\${item.negated ? "P" : "p"}{${name}}`;
  }
  const from = printCodePoint(item.from, spelling);
  return item.from === item.to ? from : `${from}-${printCodePoint(item.to, spelling)}`;
}

function printCodePoint(codePoint: number, spelling: Spelling): string {
  const character = String.fromCodePoint(codePoint);
  return /[A-Za-z0-9]/.test(character) ? character : spelling.codePoint(codePoint);
}
