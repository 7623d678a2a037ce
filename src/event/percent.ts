// Percent-encoding as the wire has it: octets in, text out. Strings here hold one octet a character,
// which is how node's parser hands over request targets and headers.

const PERCENT = 37;
const PLUS = 43;

/** Value of a hex digit by its character code; 16 where it is none. */
const HEX_VALUE = new Uint8Array(256).fill(16);
for (let digit = 0; digit < 16; digit++) {
  HEX_VALUE[digit.toString(16).charCodeAt(0)] = digit;
  HEX_VALUE[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

/**
 * The place of the first `%`, of those from `from` on, that is not followed by two hex digits, or -1. One of
 * them voids the whole request ("DCS and visitor-ID service", Parsing).
 */
export function findBadPercent(octets: string, from = 0): number {
  let at = octets.indexOf("%", from);
  while (at !== -1) {
    if (hexValue(octets, at + 1) === 16 || hexValue(octets, at + 2) === 16) return at;
    at = octets.indexOf("%", at + 3);
  }
  return -1;
}

/**
 * The text of a name or a value: `+` is a space, octets that are no UTF-8 become U+FFFD. The octets
 * must have passed `findBadPercent`.
 */
export function percentDecode(octets: string): string {
  for (let i = 0; i < octets.length; i++) {
    const code = octets.charCodeAt(i);
    if (code === PERCENT || code === PLUS || code > 127) return decodeFrom(octets, i);
  }
  return octets;
}

/** The text of octets that are UTF-8 as they stand: a header's value. */
export function utf8Decode(octets: string): string {
  for (let i = 0; i < octets.length; i++) {
    if (octets.charCodeAt(i) > 127) return Buffer.from(octets, "latin1").toString("utf8");
  }
  return octets;
}

function decodeFrom(octets: string, start: number): string {
  let text = octets.slice(0, start);
  let plain = start;
  for (let i = start; i < octets.length; i++) {
    const code = octets.charCodeAt(i);
    if (code === PLUS) {
      text += `${octets.slice(plain, i)} `;
      plain = i + 1;
    } else if (code === PERCENT) {
      const octet = hexValue(octets, i + 1) * 16 + hexValue(octets, i + 2);
      if (octet > 127) return decodeAsBytes(octets);
      text += octets.slice(plain, i) + String.fromCharCode(octet);
      i += 2;
      plain = i + 1;
    } else if (code > 127) {
      return decodeAsBytes(octets);
    }
  }
  return text + octets.slice(plain);
}

function decodeAsBytes(octets: string): string {
  const bytes = Buffer.allocUnsafe(octets.length);
  let length = 0;
  for (let i = 0; i < octets.length; i++) {
    const code = octets.charCodeAt(i);
    if (code === PERCENT) {
      bytes[length++] = hexValue(octets, i + 1) * 16 + hexValue(octets, i + 2);
      i += 2;
    } else {
      bytes[length++] = code === PLUS ? 32 : code;
    }
  }
  // What a TextDecoder says too, in half of its time.
  return bytes.toString("utf8", 0, length);
}

function hexValue(octets: string, at: number): number {
  // Past the end charCodeAt gives NaN, and an index of NaN gives undefined: no digit.
  return HEX_VALUE[octets.charCodeAt(at)] ?? 16;
}
