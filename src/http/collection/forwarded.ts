// What proxies say of a client, believed only from proxies that the operator named.

import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

export interface TrustedProxies {
  /** Whether an address, as a socket or a header spells it, is one of them. */
  includes(address: string): boolean;
}

/** Reads CIDR blocks and single addresses; throws a sentence for one that is neither. */
export function readTrustedProxies(blocks: readonly string[]): TrustedProxies {
  const ranges = blocks.map((block) => {
    try {
      return ipaddr.parseCIDR(
        block.includes("/") ? block : `${block}/${isIP(block) === 6 ? 128 : 32}`,
      );
    } catch {
      throw new Error(`"${block}" is neither an address nor a CIDR block such as 10.0.0.0/8.`);
    }
  });
  if (ranges.length === 0) return { includes: () => false };
  return {
    includes: (address) => {
      if (!ipaddr.isValid(address)) return false;
      const parsed = ipaddr.process(address);
      return ranges.some((range) => parsed.kind() === range[0].kind() && parsed.match(range));
    },
  };
}

/** What is known of the client behind a connection. */
export interface Client {
  readonly address: string;
  readonly secure: boolean;
  readonly host: string;
}

/**
 * The client as the nearest trusted proxy saw it: the rightmost address that is no trusted proxy, its
 * scheme and the host it asked for. From anybody else those headers mean nothing.
 */
export function readClient(
  peer: { readonly address: string; readonly secure: boolean },
  header: (name: string) => string | undefined,
  trusted: TrustedProxies,
): Client {
  const host = header("host") ?? "";
  const { address, secure } = peer;
  if (!trusted.includes(address)) return { address, secure, host };
  const scheme = lastOf(header("x-forwarded-proto"));
  return {
    address: clientAddress(peer.address, header("x-forwarded-for"), trusted),
    secure: scheme === undefined ? peer.secure : scheme.toLowerCase() === "https",
    host: lastOf(header("x-forwarded-host")) ?? host,
  };
}

function clientAddress(
  peer: string,
  forwardedFor: string | undefined,
  trusted: TrustedProxies,
): string {
  let nearest = peer;
  for (const hop of (forwardedFor ?? "").split(",").reverse()) {
    const address = hop.trim();
    // What is no address was not written by a proxy of ours: believe nothing to the left of it.
    if (isIP(address) === 0) break;
    nearest = address;
    if (!trusted.includes(address)) break;
  }
  return nearest;
}

/** The entry that the nearest proxy added. */
function lastOf(list: string | undefined): string | undefined {
  const entry = list?.split(",").at(-1)?.trim();
  return entry === "" ? undefined : entry;
}
