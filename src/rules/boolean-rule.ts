// What both rule languages have in common: terms joined by AND, OR and NOT, with parentheses; the tree of
// such a rule, its grammar and its canonical text. A language brings its terms and its tokens.

/** The tree of a rule: what was written, grouping that changes nothing left out. */
export type BooleanRule<Term> = Junction<Term> | Negation<Term> | Term;

/** `a AND b AND c`, or the same with OR; `a NOT b` is `a AND NOT b`. */
export interface Junction<Term> {
  readonly kind: "and" | "or";
  /** Two or more, none of them of the same kind. */
  readonly operands: readonly BooleanRule<Term>[];
}

export interface Negation<Term> {
  readonly kind: "not";
  readonly operand: BooleanRule<Term>;
}

/** A term has a kind of its own, which is none of "and", "or" and "not". */
interface AnyTerm {
  readonly kind: string;
}

/** Open parentheses and NOTs around one another ("Audience model", Grammar). */
export const MAX_NESTING = 100;

/** Where a parser is in its text. */
export interface BooleanReader {
  nesting: number;
}

/** What the grammar asks of a language. Whoever fails leaves the fault in the reader and gives null. */
export interface BooleanLanguage<Reader extends BooleanReader, Term extends AnyTerm> {
  /** Whether the reader looks at this token now. */
  isAt(reader: Reader, token: "(" | ")" | "AND" | "OR" | "NOT" | "end"): boolean;
  advance(reader: Reader): void;
  /** Column of the token that the reader looks at, from 1. */
  columnOf(reader: Reader): number;
  parseTerm(reader: Reader): Term | null;
  failSyntax(reader: Reader, expected: string): null;
  failTooDeep(reader: Reader, message: string): null;
}

// rule = or_expr , EOF
/** Null where the reader holds a fault: the first of the text. */
export function parseBooleanRule<Reader extends BooleanReader, Term extends AnyTerm>(
  language: BooleanLanguage<Reader, Term>,
  reader: Reader,
): BooleanRule<Term> | null {
  const rule = parseOr(language, reader);
  if (rule === null || language.isAt(reader, "end")) return rule;
  return language.failSyntax(reader, "AND, OR, NOT or the end of the rule");
}

// or_expr = and_expr , { OR , and_expr }
function parseOr<Reader extends BooleanReader, Term extends AnyTerm>(
  language: BooleanLanguage<Reader, Term>,
  reader: Reader,
): BooleanRule<Term> | null {
  const operands: BooleanRule<Term>[] = [];
  do {
    const operand = parseAnd(language, reader);
    if (operand === null) return null;
    addOperand("or", operands, operand);
  } while (takesWord(language, reader, "OR"));
  return joined("or", operands);
}

// and_expr = not_expr , { ( AND , not_expr ) | ( NOT , not_expr ) }
function parseAnd<Reader extends BooleanReader, Term extends AnyTerm>(
  language: BooleanLanguage<Reader, Term>,
  reader: Reader,
): BooleanRule<Term> | null {
  const operands: BooleanRule<Term>[] = [];
  do {
    const operand = parseNot(language, reader);
    if (operand === null) return null;
    addOperand("and", operands, operand);
    // A NOT that follows an operand carries an "and" with it and is left for `parseNot`.
  } while (takesWord(language, reader, "AND") || language.isAt(reader, "NOT"));
  return joined("and", operands);
}

// not_expr = NOT , not_expr | primary
function parseNot<Reader extends BooleanReader, Term extends AnyTerm>(
  language: BooleanLanguage<Reader, Term>,
  reader: Reader,
): BooleanRule<Term> | null {
  if (!language.isAt(reader, "NOT")) return parsePrimary(language, reader);
  if (!entersNesting(language, reader)) return null;
  language.advance(reader);
  const operand = parseNot(language, reader);
  if (operand === null) return null;
  reader.nesting -= 1;
  return { kind: "not", operand };
}

// primary = "(" , or_expr , ")" | term
function parsePrimary<Reader extends BooleanReader, Term extends AnyTerm>(
  language: BooleanLanguage<Reader, Term>,
  reader: Reader,
): BooleanRule<Term> | null {
  if (!language.isAt(reader, "(")) return language.parseTerm(reader);
  const open = language.columnOf(reader);
  if (!entersNesting(language, reader)) return null;
  language.advance(reader);
  const rule = parseOr(language, reader);
  if (rule === null) return null;
  if (!language.isAt(reader, ")")) {
    return language.failSyntax(reader, `AND, OR, NOT or the ")" for the "(" in column ${open}`);
  }
  language.advance(reader);
  reader.nesting -= 1;
  return rule;
}

function takesWord<Reader extends BooleanReader, Term extends AnyTerm>(
  language: BooleanLanguage<Reader, Term>,
  reader: Reader,
  word: "AND" | "OR",
): boolean {
  if (!language.isAt(reader, word)) return false;
  language.advance(reader);
  return true;
}

function entersNesting<Reader extends BooleanReader, Term extends AnyTerm>(
  language: BooleanLanguage<Reader, Term>,
  reader: Reader,
): boolean {
  if (reader.nesting < MAX_NESTING) {
    reader.nesting += 1;
    return true;
  }
  language.failTooDeep(
    reader,
    `Found more than ${MAX_NESTING} parentheses and NOTs around one another, the most that a rule may hold.`,
  );
  return false;
}

function addOperand<Term extends AnyTerm>(
  kind: "and" | "or",
  operands: BooleanRule<Term>[],
  operand: BooleanRule<Term>,
): void {
  if (!isJunction(operand, kind)) operands.push(operand);
  else for (const inner of operand.operands) operands.push(inner);
}

function isJunction<Term extends AnyTerm>(
  rule: BooleanRule<Term>,
  kind: "and" | "or",
): rule is Junction<Term> {
  return rule.kind === kind;
}

function joined<Term extends AnyTerm>(
  kind: "and" | "or",
  operands: readonly BooleanRule<Term>[],
): BooleanRule<Term> {
  const [only] = operands;
  return operands.length === 1 && only !== undefined ? only : { kind, operands };
}

/**
 * The canonical text of a rule: keywords in upper case, parentheses only where they change something. It
 * parses to an equal tree if `printTerm` does.
 */
export function printBooleanRule<Term extends AnyTerm>(
  rule: BooleanRule<Term>,
  printTerm: (term: Term) => string,
): string {
  const print = (one: BooleanRule<Term>): string => {
    if (isJunction(one, "or")) return one.operands.map(print).join(" OR ");
    if (isJunction(one, "and")) return one.operands.map(printOperand).join(" AND ");
    if (!isNegation(one)) return printTerm(one);
    return isJunction(one.operand, "and")
      ? `NOT (${print(one.operand)})`
      : `NOT ${printOperand(one.operand)}`;
  };
  // An operand of AND or NOT: an OR would fall apart without parentheses.
  const printOperand = (one: BooleanRule<Term>): string =>
    isJunction(one, "or") ? `(${print(one)})` : print(one);
  return print(rule);
}

function isNegation<Term extends AnyTerm>(
  rule: Negation<Term> | Term | Junction<Term>,
): rule is Negation<Term> {
  return rule.kind === "not";
}
