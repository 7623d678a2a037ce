// The parameters of a call. They are read in one pass that looks at every octet once, since each call does
// it and most of what it finds is plain: it needs no decoding, and folds to itself.

import { percentDecode } from "../percent.ts";

const AMPERSAND = 38;
const EQUALS = 61;

/** Octets that stand for themselves: lower-case letters, digits and most signs that need no encoding. */
const IS_PLAIN = new Uint8Array(256);
IS_PLAIN.fill(1, "-".charCodeAt(0), "9".charCodeAt(0) + 1);
IS_PLAIN.fill(1, "[".charCodeAt(0), "~".charCodeAt(0) + 1);

const PLAIN_NAME = 1;
const PLAIN_VALUE = 2;

/**
 * The parameters of a call in their order, query before body. Names are decoded; a value is decoded
 * when it is asked for, since many calls carry values that no rule wants.
 */
export class Parameters {
  readonly names: string[] = [];
  /**
   * Places of the names that begin as all of the platform's own do, with `d`, `g` or `r`. Whoever looks for
   * one of those need not look at the others, which are most.
   */
  readonly steering: number[] = [];
  readonly #values: string[] = [];
  /** Of each, `PLAIN_NAME` and `PLAIN_VALUE` where they are. */
  readonly #plain: number[] = [];

  /**
   * Adds the pairs of a query or a form body: split at `&`, then at the first `=`, and only then
   * decoded, so that an encoded `&` never splits ("DCS and visitor-ID service", Parsing). The octets
   * should have passed `findBadPercent`: a bad `%` decodes to something, never to a fault.
   */
  add(octets: string): void {
    let start = 0;
    let isValue = false;
    let isPlain = true;
    for (let at = 0; at < octets.length; at++) {
      const code = octets.charCodeAt(at);
      if (IS_PLAIN[code] === 1) continue;
      const ends = code === AMPERSAND || (code === EQUALS && !isValue);
      if (!ends) {
        isPlain = false;
        continue;
      }
      if (isValue) this.#addValue(octets.slice(start, at), isPlain);
      else if (code === EQUALS || at > start) this.#addName(octets.slice(start, at), isPlain);
      if (code === AMPERSAND) this.#endPair();
      start = at + 1;
      isValue = code === EQUALS;
      isPlain = true;
    }
    if (isValue) this.#addValue(octets.slice(start), isPlain);
    else if (octets.length > start) this.#addName(octets.slice(start), isPlain);
    this.#endPair();
  }

  get count(): number {
    return this.names.length;
  }

  valueAt(index: number): string {
    const octets = this.#values[index] ?? "";
    return this.hasPlainValue(index) ? octets : percentDecode(octets);
  }

  /** Whether a name is sure to fold to itself. */
  hasPlainName(index: number): boolean {
    return ((this.#plain[index] ?? 0) & PLAIN_NAME) !== 0;
  }

  /** Whether a value is sure to fold to itself, and to hold no comma, no quote and no blank. */
  hasPlainValue(index: number): boolean {
    return ((this.#plain[index] ?? 0) & PLAIN_VALUE) !== 0;
  }

  #addName(octets: string, isPlain: boolean): void {
    const name = isPlain ? octets : percentDecode(octets);
    if (mayBeOurs(name)) this.steering.push(this.names.length);
    this.names.push(name);
    this.#plain.push(isPlain ? PLAIN_NAME : 0);
  }

  #addValue(octets: string, isPlain: boolean): void {
    if (isPlain) this.#plain[this.#values.length] = (this.#plain.at(-1) ?? 0) | PLAIN_VALUE;
    this.#values.push(octets);
  }

  /** A name without `=` has the empty value. */
  #endPair(): void {
    if (this.#values.length < this.names.length) this.#addValue("", true);
  }
}

const [D, G, R] = ["d", "g", "r"].map((letter) => letter.charCodeAt(0));

function mayBeOurs(name: string): boolean {
  const first = name.charCodeAt(0);
  return first === D || first === G || first === R;
}
