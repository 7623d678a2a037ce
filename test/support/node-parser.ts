// What node's own server makes of the octets of a connection: the other reader, to compare ours with.

import { createServer, type IncomingMessage } from "node:http";
import { Duplex } from "node:stream";

export interface ParsedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: string;
}

export interface Parsed {
  readonly requests: readonly ParsedRequest[];
  /** Whether the parser gave the connection up. */
  readonly isRefused: boolean;
}

/** Gives all of a connection's octets, one a character, to node's parser. */
export function parseWithNode(octets: string): Promise<Parsed> {
  const requests: ParsedRequest[] = [];
  const underWay: Promise<void>[] = [];
  return new Promise((resolve) => {
    const server = createServer({ maxHeaderSize: 65_536, requireHostHeader: false });
    const finish = (isRefused: boolean): void => {
      // Bodies that were whole before the fault arrive in this turn.
      setImmediate(() => resolve({ requests, isRefused }));
    };
    server.on("request", (request, response) => {
      underWay.push(
        collect(request).then((parsed) => {
          if (parsed !== null) requests.push(parsed);
          response.end();
        }),
      );
    });
    server.on("checkExpectation", (_, response) => response.writeHead(417).end());
    server.on("clientError", () => finish(true));
    const stream = new Duplex({
      read() {},
      write(_chunk, _encoding, done) {
        done();
      },
    });
    stream.on("close", () => finish(false));
    server.emit("connection", stream);
    stream.push(Buffer.from(octets, "latin1"));
    stream.push(null);
  });
}

function collect(request: IncomingMessage): Promise<ParsedRequest | null> {
  return new Promise((resolve) => {
    let body = "";
    request.setEncoding("latin1");
    request.on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      const { method = "", url: target = "", rawHeaders: headers } = request;
      resolve({ method, target, headers, body });
    });
    request.on("error", () => resolve(null));
    request.on("close", () => resolve(null));
  });
}
