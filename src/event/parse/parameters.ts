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
 * The parameters of a call in their order, query before body. Names are decoded; a value is cut out and
 * decoded when it is asked for, since many calls carry values that no rule wants.
 */
export class Parameters {
  readonly names: string[] = [];
  /**
   * Places of the names that begin as all of the platform's own do, with `d`, `g` or `r`. Whoever looks for
   * one of those need not look at the others, which are most.
   */
  readonly steering: number[] = [];
  /** All that was added, one after the other. */
  #octets = "";
  /** Of each value where in it it begins and ends, then `PLAIN_NAME` and `PLAIN_VALUE` where they are. */
  readonly #values: number[] = [];

  /**
   * Adds the pairs of a query or a form body: split at `&`, then at the first `=`, and only then
   * decoded, so that an encoded `&` never splits ("DCS and visitor-ID service", Parsing). The octets
   * should have passed `findBadPercent`: a bad `%` decodes to something, never to a fault.
   * `from`: where the pairs begin, since looking at octets of a part costs more than of the whole.
   */
  add(octets: string, from = 0): void {
    if (from >= octets.length) return;
    const before = this.#octets.length;
    this.#octets = before === 0 ? octets : this.#octets + octets;
    this.#addPairs(this.#octets, before + from);
  }

  get count(): number {
    return this.names.length;
  }

  valueAt(index: number): string {
    const octets = this.#octets.slice(this.#values[3 * index], this.#values[3 * index + 1]);
    return this.hasPlainValue(index) ? octets : percentDecode(octets);
  }

  /** Whether a name is sure to fold to itself. */
  hasPlainName(index: number): boolean {
    return ((this.#values[3 * index + 2] ?? 0) & PLAIN_NAME) !== 0;
  }

  /** Whether a value is sure to fold to itself, and to hold no comma, no quote and no blank. */
  hasPlainValue(index: number): boolean {
    return ((this.#values[3 * index + 2] ?? 0) & PLAIN_VALUE) !== 0;
  }

  #addPairs(octets: string, from: number): void {
    const { length } = octets;
    for (let start = from; start < length; ) {
      let equals = -1;
      let plain = PLAIN_NAME | PLAIN_VALUE;
      let end = start;
      for (; end < length; end++) {
        const code = octets.charCodeAt(end);
        if (IS_PLAIN[code] === 1) continue;
        if (code === AMPERSAND) break;
        if (code === EQUALS && equals === -1) equals = end;
        else plain &= equals === -1 ? ~PLAIN_NAME : ~PLAIN_VALUE;
      }
      // Nothing between two `&` is no pair.
      if (end > start) {
        // A name without `=` has the empty value.
        const nameEnd = equals === -1 ? end : equals;
        this.#addName(octets.slice(start, nameEnd), plain);
        this.#values.push(nameEnd + 1, end, plain);
      }
      start = end + 1;
    }
  }

  #addName(octets: string, plain: number): void {
    const name = (plain & PLAIN_NAME) === 0 ? percentDecode(octets) : octets;
    if (mayBeOurs(name)) this.steering.push(this.names.length);
    this.names.push(name);
  }
}

const [D, G, R] = ["d", "g", "r"].map((letter) => letter.charCodeAt(0));

function mayBeOurs(name: string): boolean {
  const first = name.charCodeAt(0);
  return first === D || first === G || first === R;
}
