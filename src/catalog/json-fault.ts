// Where a text stops being JSON, and what was expected there. The platform's parser says so only
// sometimes, and quotes the text, which may hold secrets.

export interface JsonFault {
  readonly offset: number;
  /** To end the sentence "expected …". */
  readonly expected: string;
}

const BLANKS = /[ \t\r\n]*/y;
/** Scalars but texts. */
const WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
/** A text is taken piece by piece: one pattern for all of it would keep a way back for each. */
const TEXT_PIECE = /[^"\\\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

type Awaited =
  | "value"
  /** A list has just begun. */
  | "value or end"
  /** An object has just begun. */
  | "key or end"
  | "key"
  | "colon"
  | "comma or end";

const SENTENCES: Readonly<Record<Awaited, string>> = {
  value: "a value",
  "value or end": "a value or ]",
  "key or end": "a key in double quotes or }",
  key: "a key in double quotes",
  colon: "a colon",
  "comma or end": "a comma or the end of the list or object",
};

const BROKEN_TEXT = "a text that ends in double quotes, its control characters escaped";

/** Null for a text that is JSON. Takes time in proportion to the text, however deep it is nested. */
export function findJsonFault(text: string): JsonFault | null {
  const open: ("{" | "[")[] = [];
  let awaited: Awaited = "value";
  let offset = 0;
  const accept = (pattern: RegExp): string | null => {
    pattern.lastIndex = offset;
    const found = pattern.exec(text)?.[0] ?? null;
    if (found !== null) offset += found.length;
    return found;
  };
  const acceptText = (): boolean => {
    const start = offset;
    if (text[offset] !== '"') return false;
    offset += 1;
    while (accept(TEXT_PIECE) !== null);
    if (text[offset] === '"') offset += 1;
    else offset = start;
    return offset > start;
  };
  for (;;) {
    accept(BLANKS);
    const next = text[offset];
    const within = open.at(-1);
    const isDone = awaited === "comma or end" && within === undefined;
    if (isDone) return next === undefined ? null : { offset, expected: "the end of the text" };
    const isEnd = next === (within === "{" ? "}" : "]") && awaited.endsWith("or end");
    if (isEnd) {
      open.pop();
      offset += 1;
      awaited = "comma or end";
    } else if (awaited === "comma or end" && next === ",") {
      offset += 1;
      awaited = within === "{" ? "key" : "value";
    } else if (awaited === "colon" && next === ":") {
      offset += 1;
      awaited = "value";
    } else if (awaited.startsWith("key") && acceptText()) {
      awaited = "colon";
    } else if (awaited.startsWith("value") && (next === "{" || next === "[")) {
      open.push(next);
      offset += 1;
      awaited = next === "{" ? "key or end" : "value or end";
    } else if (awaited.startsWith("value") && (acceptText() || accept(WORD) !== null)) {
      awaited = "comma or end";
    } else return { offset, expected: next === '"' ? BROKEN_TEXT : SENTENCES[awaited] };
  }
}
