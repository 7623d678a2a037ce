// From text to tokens, one at a time: the parser asks for the next token only when all before it made
// sense, so that the fault reported is the first one of the text.

export interface Token {
  readonly kind: TokenKind;
  /** As written; empty at the end of the text. */
  readonly text: string;
  /** Offset into the rule's text. */
  readonly start: number;
}

/**
 * `trait` is digits and T, `days` digits and D, `sign` a run of comparison signs (of a known operator or
 * not), `word` any other run of letters, digits and "_", `other` a character that no rule holds.
 */
export type TokenKind =
  | "("
  | ")"
  | "["
  | "]"
  | ","
  | "trait"
  | "days"
  | "number"
  | "sign"
  | "AND"
  | "OR"
  | "NOT"
  | "FREQUENCY"
  | "word"
  | "other"
  | "end";

const WHITE_SPACE = /\s*/y;
const WORD = /[A-Za-z0-9_]+/y;
/** A lone "!" is no comparison. */
const SIGN = /!?[<=>][<=>!]*/y;

const NUMBER = /^[0-9]+$/;
const TRAIT = /^[0-9]+[Tt]$/;
const DAYS = /^[0-9]+[Dd]$/;

export function nextToken(text: string, from: number): Token {
  const start = from + (matchAt(WHITE_SPACE, text, from)?.length ?? 0);
  const first = text[start];
  switch (first) {
    case undefined:
      return { kind: "end", text: "", start };
    case "(":
    case ")":
    case "[":
    case "]":
    case ",":
      return { kind: first, text: first, start };
  }
  const word = matchAt(WORD, text, start);
  if (word !== null) return { kind: kindOfWord(word), text: word, start };
  const sign = matchAt(SIGN, text, start);
  if (sign !== null) return { kind: "sign", text: sign, start };
  // A whole character, not half of one.
  return { kind: "other", text: String.fromCodePoint(text.codePointAt(start) ?? 0), start };
}

function kindOfWord(word: string): TokenKind {
  if (TRAIT.test(word)) return "trait";
  if (DAYS.test(word)) return "days";
  if (NUMBER.test(word)) return "number";
  if (word.length > "FREQUENCY".length) return "word";
  const upper = word.toUpperCase();
  switch (upper) {
    case "AND":
    case "OR":
    case "NOT":
    case "FREQUENCY":
      return upper;
    default:
      return "word";
  }
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
