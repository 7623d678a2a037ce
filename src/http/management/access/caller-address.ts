import type { FastifyRequest } from "fastify";
import ipaddr from "ipaddr.js";

const IPV6_PARTS = 4;

/**
 * Where a call comes from, for counting logins: of IPv6, the network that one customer of a provider has, since
 * each of its 2^64 addresses would be another otherwise.
 */
export function callerAddress({ ip }: Pick<FastifyRequest, "ip">): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  if (!(address instanceof ipaddr.IPv6)) return address.toString();
  const parts = address.parts.slice(0, IPV6_PARTS).map((part) => part.toString(16));
  return `${parts.join(":")}::/64`;
}
