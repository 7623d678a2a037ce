// The core of a consent string of version 2 (IAB Transparency and Consent Framework): who collected the
// consent, for which purposes, for which vendors. Read bit by bit from its first segment; the others
// are not looked at, nor is what follows the consents of vendors: a string may end there.

/** Bit offsets, big-endian ("DCS and visitor-ID service", IAB TCF). */
const VERSION = { at: 0, bits: 6 };
const CMP_ID = { at: 78, bits: 12 };
const PURPOSE_CONSENTS_AT = 152;
const PURPOSES = 24;
const MAX_VENDOR_ID = { at: 213, bits: 16 };
const IS_RANGE_AT = 229;
const VENDORS_AT = 230;
const ENTRY_COUNT_BITS = 12;
const VENDOR_BITS = 16;

/** Characters of a first segment; real ones are far shorter, hostile ones are not worth reading. */
const MAX_CHARACTERS = 16_384;

export interface TcString {
  readonly cmpId: number;
  purposeConsent(purpose: number): boolean;
  vendorConsent(vendorId: number): boolean;
}

/** Null for what is no consent string of version 2, or ends before it has said everything. */
export function readTcString(text: string): TcString | null {
  const [segment = ""] = text.split(".", 1);
  const bits = segment.length > MAX_CHARACTERS ? null : BitReader.of(segment);
  if (bits === null || !bits.holds(VENDORS_AT)) return null;
  if (bits.number(VERSION.at, VERSION.bits) !== 2) return null;
  const vendors = readVendors(bits);
  if (vendors === null) return null;
  return {
    cmpId: bits.number(CMP_ID.at, CMP_ID.bits),
    purposeConsent: (purpose) =>
      purpose >= 1 && purpose <= PURPOSES && bits.bit(PURPOSE_CONSENTS_AT + purpose - 1),
    vendorConsent: vendors,
  };
}

function readVendors(bits: BitReader): ((vendorId: number) => boolean) | null {
  const maxVendorId = bits.number(MAX_VENDOR_ID.at, MAX_VENDOR_ID.bits);
  if (bits.bit(IS_RANGE_AT)) return readRanges(bits);
  if (!bits.holds(VENDORS_AT + maxVendorId)) return null;
  return (vendorId) =>
    vendorId >= 1 && vendorId <= maxVendorId && bits.bit(VENDORS_AT + vendorId - 1);
}

/** Single vendors and ranges of them, each entry checked to lie within the string. */
function readRanges(bits: BitReader): ((vendorId: number) => boolean) | null {
  if (!bits.holds(VENDORS_AT + ENTRY_COUNT_BITS)) return null;
  const count = bits.number(VENDORS_AT, ENTRY_COUNT_BITS);
  const ranges: (readonly [first: number, last: number])[] = [];
  let at = VENDORS_AT + ENTRY_COUNT_BITS;
  for (let entry = 0; entry < count; entry++) {
    if (!bits.holds(at + 1)) return null;
    const length = 1 + (bits.bit(at) ? 2 : 1) * VENDOR_BITS;
    if (!bits.holds(at + length)) return null;
    const first = bits.number(at + 1, VENDOR_BITS);
    const last = bits.bit(at) ? bits.number(at + 1 + VENDOR_BITS, VENDOR_BITS) : first;
    ranges.push([first, last]);
    at += length;
  }
  return (vendorId) => ranges.some(([first, last]) => vendorId >= first && vendorId <= last);
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const SIX_BITS = new Map([...ALPHABET].map((character, value) => [character, value]));
const BITS_PER_CHARACTER = 6;

class BitReader {
  readonly #sixes: Uint8Array;

  private constructor(sixes: Uint8Array) {
    this.#sixes = sixes;
  }

  /** Null where a character is none of URL-safe base64; padding at the end is let through. */
  static of(text: string): BitReader | null {
    // Counted by hand: the regular expression for it looks at a long run of padding from each of its characters.
    let end = text.length;
    while (end > 0 && text[end - 1] === "=") end--;
    const sixes = new Uint8Array(end);
    for (let i = 0; i < end; i++) {
      const value = SIX_BITS.get(text[i] ?? "");
      if (value === undefined) return null;
      sixes[i] = value;
    }
    return new BitReader(sixes);
  }

  holds(bits: number): boolean {
    return bits <= this.#sixes.length * BITS_PER_CHARACTER;
  }

  bit(at: number): boolean {
    const six = this.#sixes[Math.floor(at / BITS_PER_CHARACTER)] ?? 0;
    return ((six >> (BITS_PER_CHARACTER - 1 - (at % BITS_PER_CHARACTER))) & 1) === 1;
  }

  number(at: number, bits: number): number {
    let value = 0;
    for (let i = at; i < at + bits; i++) value = value * 2 + (this.bit(i) ? 1 : 0);
    return value;
  }
}
