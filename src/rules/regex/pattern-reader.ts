// What the parsers of patterns share: the text, the place in it and the flags in force.

export interface PatternReader {
  readonly text: string;
  at: number;
  flags: PatternFlags;
  nesting: number;
  /** Capturing groups opened so far, and the numbers of those that have names. */
  groupCount: number;
  readonly groupsByName: Map<string, number>;
  /** What the pattern asks for and this server does not do, or what is wrong with it. */
  fault: string | null;
}

export interface PatternFlags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
  readonly multiline: boolean;
}

export function patternReader(text: string): PatternReader {
  return {
    text,
    at: 0,
    flags: { ignoreCase: false, dotAll: false, multiline: false },
    nesting: 0,
    groupCount: 0,
    groupsByName: new Map(),
    fault: null,
  };
}

/** Records the first fault; null, so that a parser can return it. */
export function refuse(reader: PatternReader, fault: string): null {
  reader.fault ??= fault;
  return null;
}

export function take(reader: PatternReader, expected: string): boolean {
  if (!reader.text.startsWith(expected, reader.at)) return false;
  reader.at += expected.length;
  return true;
}

/** What a sticky pattern matches here, or null; moves past it. */
export function takeMatch(reader: PatternReader, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = reader.at;
  const match = pattern.exec(reader.text);
  if (match !== null) reader.at += match[0].length;
  return match;
}

/** The code point here, moved past; null at the end. */
export function takeCodePoint(reader: PatternReader): number | null {
  const codePoint = reader.text.codePointAt(reader.at);
  if (codePoint === undefined) return null;
  reader.at += codePoint > 0xffff ? 2 : 1;
  return codePoint;
}
