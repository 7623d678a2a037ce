// What may be seen of a client's address.

/**
 * The address with its last octet zeroed, or the last 80 bits of an IPv6 address ("DCS and visitor-ID
 * service", Country, IP and COPPA). An IPv4 address in IPv6 clothes counts as IPv4.
 */
export function obfuscateAddress(address: string): string {
  const plain = plainAddress(address);
  if (!plain.includes(":")) return plain.replace(/\.\d+$/, ".0");
  const groups = expandGroups(plain).slice(0, KEPT_GROUPS);
  return `${groups.join(":")}::`;
}

/** 128 - 80 bits, in groups of 16. */
const KEPT_GROUPS = 3;

/** `::ffff:192.0.2.1` is how a socket of both families spells an IPv4 peer. */
export function plainAddress(address: string): string {
  return address.toLowerCase().startsWith("::ffff:") && address.includes(".")
    ? address.slice("::ffff:".length)
    : address;
}

function expandGroups(address: string): string[] {
  const [head = "", tail] = address.split("::", 2);
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = new Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  return tail === undefined ? left : [...left, ...zeros, ...right];
}
