// node's request to a `RawCall`. A body is read up to a limit; what exceeds it is never kept.

import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import type { RawCall } from "../../event/parse/raw-call.ts";
import { readClient, type TrustedProxies } from "./forwarded.ts";

/** Octets of a body after which reading stops and the connection is closed with the answer. */
export const MAX_READ_BYTES = 65_536;

/** The call, or null when the client went away before it had sent everything. */
export async function readCall(
  request: IncomingMessage,
  trusted: TrustedProxies,
): Promise<RawCall | null> {
  if (request.method !== "POST") return describeCall(request, trusted, null);
  const body = await readBody(request);
  return body === null ? null : describeCall(request, trusted, body);
}

/** Whether the body was cut off, so that the connection cannot serve another request. */
export function isCutOff(call: RawCall): boolean {
  return call.body !== null && call.body.length > MAX_READ_BYTES;
}

/** The call of a request whose body, if it has one, has been read. */
export function describeCall(
  request: IncomingMessage,
  trusted: TrustedProxies,
  body: string | null,
): RawCall {
  const { socket, rawHeaders } = request;
  const peer = {
    address: socket.remoteAddress ?? "",
    // A plain socket has no such property: a server of ours may be given TLS sockets by its operator.
    secure: (socket as Partial<TLSSocket>).encrypted === true,
  };
  const client = readClient(peer, (name) => headerOf(rawHeaders, name), trusted);
  return {
    method: request.method ?? "",
    target: request.url ?? "",
    headers: rawHeaders,
    body,
    ...client,
  };
}

/** A header's value, several of one name joined as one list; undefined where there is none. */
export function headerOf(headers: readonly string[], name: string): string | undefined {
  let found: string | undefined;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const candidate = headers[i] ?? "";
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue;
    const value = headers[i + 1] ?? "";
    // Two hosts are no list: the first one counts, as everywhere.
    if (found === undefined) found = value;
    else if (name !== "host") found += `, ${value}`;
  }
  return found;
}

function readBody(request: IncomingMessage): Promise<string | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const finish = (body: string | null): void => {
      request.off("data", onData).off("end", onEnd).off("close", onClose);
      resolve(body);
    };
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      length += chunk.length;
      if (length <= MAX_READ_BYTES) return;
      request.pause();
      finish(Buffer.concat(chunks).toString("latin1", 0, MAX_READ_BYTES + 1));
    };
    const onEnd = (): void => finish(Buffer.concat(chunks, length).toString("latin1"));
    const onClose = (): void => finish(null);
    request.on("data", onData).on("end", onEnd).on("close", onClose);
  });
}
