// One HTTP request on loopback, exactly as told: any host name, any method, headers twice if need be.

import { type Agent, type IncomingHttpHeaders, request } from "node:http";

export interface HttpCall {
  readonly method?: string;
  /** Base URL of the server, such as `http://127.0.0.1:8080`. */
  readonly to: string;
  readonly target: string;
  /** Sent as `Host`; null sends none. Left out: the address of the server. */
  readonly host?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly agent?: Agent;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  /** The body as JSON. Throws what was received when it is none. */
  json(): unknown;
}

export function send(call: HttpCall): Promise<HttpAnswer> {
  const { hostname, port } = new URL(call.to);
  return new Promise((resolve, reject) => {
    const outgoing = request({
      hostname,
      port,
      method: call.method ?? "GET",
      path: call.target,
      setHost: call.host === undefined,
      headers: {
        ...(typeof call.host === "string" ? { Host: call.host } : {}),
        ...(call.body === undefined ? {} : { "Content-Length": Buffer.byteLength(call.body) }),
        ...call.headers,
      },
      ...(call.agent === undefined ? {} : { agent: call.agent }),
    });
    outgoing.on("error", reject);
    outgoing.on("response", (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const body = Buffer.concat(chunks);
        const text = body.toString("utf8");
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body,
          text,
          json: () => parseJson(text),
        });
      });
    });
    outgoing.end(call.body);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`Expected JSON, received: ${text.slice(0, 500)}`);
  }
}
