// The yardstick: `node:http` with one constant answer, of the size and with the headers of ours. It does no
// work at all; nothing written in JavaScript on `node:http` can be faster.
//
//     node bench/load/bare-server.ts ANSWER.json

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface ConstantAnswer {
  readonly body: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
}

const answer: ConstantAnswer = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
const body = Buffer.from(answer.body);

const server = createServer((_request, response) => {
  response.writeHead(200, [...answer.headers]);
  response.end(body);
});
server.listen(0, "127.0.0.1", () => {
  // listen() on a TCP port has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ ready: true, collect: `http://127.0.0.1:${port}` }));
});
process.on("SIGTERM", () => process.exit(0));
