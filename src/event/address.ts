// What may be seen of a client's address. Nothing looks at the whole address before this was asked:
// neither the database of places nor the rules.

import type { PartnerDefinition } from "@dunlin/contract/workspace";
import type { GeoLookup } from "./geo/geo-lookup.ts";

/**
 * The address as a partner's rules and the database of places may see it. Where only some countries'
 * addresses are to be shortened, the shortened address decides which country it is; an address whose country
 * nobody knows is shortened, for it may be one of them.
 */
export function visibleAddress(
  address: string,
  obfuscation: PartnerDefinition["ipObfuscation"],
  geo: GeoLookup | null,
): string {
  if (obfuscation === "none" || obfuscation.length === 0) return plainAddress(address);
  const shortened = obfuscateAddress(address);
  if (obfuscation === "all") return shortened;
  const country = geo?.lookUp(shortened)?.country ?? null;
  return country === null || obfuscation.includes(country) ? shortened : plainAddress(address);
}

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
