// Which octets may stand where. Tables of 256, so that a head is checked while it is walked.

function tableOf(isMember: (octet: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, octet) => (isMember(octet) ? 1 : 0));
}

const TOKEN_MARKS = new Set(Array.from("!#$%&'*+-.^_`|~", (mark) => mark.charCodeAt(0)));

/** Octets of a token: names of headers, methods. */
export const TOKEN_OCTETS = tableOf(
  (octet) =>
    (octet >= 48 && octet <= 57) ||
    (octet >= 65 && octet <= 90) ||
    (octet >= 97 && octet <= 122) ||
    TOKEN_MARKS.has(octet),
);

/** Octets of a header's value: all but control characters; a tab is none here. */
export const VALUE_OCTETS = tableOf((octet) => octet === 9 || (octet >= 32 && octet !== 127));

/** Octets of a request's target: neither white space nor control characters, and nothing beyond ASCII. */
export const TARGET_OCTETS = tableOf((octet) => octet > 32 && octet < 127);

/** Where the first octet from `from` on lies that is not of the class. The text must hold one. */
export function endOfRun(text: string, from: number, octets: Uint8Array): number {
  let at = from;
  while (octets[text.charCodeAt(at)] === 1) at++;
  return at;
}
