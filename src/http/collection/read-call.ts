// A request to a `RawCall`.

import type { RawCall } from "../../event/parse/raw-call.ts";
import { readClient, type TrustedProxies } from "./forwarded.ts";
import { isNamed, type WireExchange } from "./wire/wire-server.ts";

/** The call of a request. Only a `POST` has a body that means anything. */
export function readCall({ request, peerAddress }: WireExchange, trusted: TrustedProxies): RawCall {
  const { method, target, headers } = request;
  // TLS ends at a proxy: the sockets of this plane speak none.
  const peer = { address: peerAddress, secure: false };
  const { address, secure, host } = readClient(peer, (name) => headerOf(headers, name), trusted);
  const body = method === "POST" ? request.body : null;
  return { method, target, headers, body, address, secure, host };
}

/** The value of a header, named in small letters; several of one name are one list. Undefined where there is none. */
export function headerOf(headers: readonly string[], name: string): string | undefined {
  let found: string | undefined;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (!isNamed(headers[i] ?? "", name)) continue;
    const value = headers[i + 1] ?? "";
    found = found === undefined ? value : `${found}, ${value}`;
  }
  return found;
}
