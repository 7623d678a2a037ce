// What stands before a node on the real web: a proxy that ends TLS and passes the host name on. Some
// host names are sites of the test itself. Everything that was asked is kept for looking at.

import { once } from "node:events";
import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Certificate } from "./tls-certificate.ts";

export interface SeenRequest {
  /** Without its port, in lower case. */
  readonly host: string;
  readonly method: string;
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface SiteAnswer {
  readonly contentType: string;
  readonly body: string;
}

/** A site that the test plays itself. */
export type Site = (request: SeenRequest) => SiteAnswer | Promise<SiteAnswer>;

export interface TlsFront extends AsyncDisposable {
  readonly port: number;
  /** In the order of arrival; a test may empty it. */
  readonly seen: SeenRequest[];
  /** Requests from now on go to this node. */
  useNode(url: string): void;
}

export interface FrontOptions {
  readonly certificate: Certificate;
  /** Base URL of the collection plane. */
  readonly node: string;
  readonly sites: ReadonlyMap<string, Site>;
}

/** Headers of one connection, which a proxy does not pass on. */
const OF_ONE_HOP = new Set(["connection", "keep-alive", "transfer-encoding"]);

export async function startTlsFront(options: FrontOptions): Promise<TlsFront> {
  let { node } = options;
  const seen: SeenRequest[] = [];
  const server = createServer({ ...options.certificate }, (incoming, response) => {
    const asked = read(incoming);
    seen.push(asked);
    const site = options.sites.get(asked.host);
    if (site === undefined) passOn(node, incoming, response);
    else void answerFor(site, asked, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on a port has an address with one.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    seen,
    useNode: (url) => {
      node = url;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function read({ headers, method, url }: IncomingMessage): SeenRequest {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) plain[name] = String(value);
  const host = (headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  return { host, method: method ?? "", target: url ?? "", headers: plain };
}

function passOn(node: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { hostname, port } = new URL(node);
  const headers = withoutHop(incoming.rawHeaders);
  headers.push("X-Forwarded-Proto", "https", "X-Forwarded-For", "127.0.0.1");
  const { method, url } = incoming;
  const outgoing = request({ hostname, port, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, withoutHop(answer.rawHeaders));
    answer.pipe(response);
  });
  outgoing.on("error", () => response.destroy());
  incoming.pipe(outgoing);
}

/** Names and values in turn, as they came: `Set-Cookie` may come several times. */
function withoutHop(headers: readonly string[]): string[] {
  return headers.filter((_, at) => !OF_ONE_HOP.has((headers[at - (at % 2)] ?? "").toLowerCase()));
}

async function answerFor(site: Site, asked: SeenRequest, response: ServerResponse): Promise<void> {
  try {
    const { contentType, body } = await site(asked);
    response.writeHead(200, { "Content-Type": contentType, "Cache-Control": "no-store" });
    response.end(body);
  } catch (fault) {
    // The page that is shown says what went wrong.
    response.writeHead(500, { "Content-Type": "text/plain" });
    response.end(String(fault));
  }
}
