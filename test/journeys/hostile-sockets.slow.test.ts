// Hostile octets at a real node: no worker ends, no answer is of the 500s, and the next caller is served.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { hostileRequest } from "../support/hostile-requests.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type Random, seededRandom } from "../support/random.ts";
import { startNode } from "../support/start-node.ts";

const CONNECTIONS = 4000;
const AT_ONCE = 16;
const SEED = 815;

test(`${CONNECTIONS} hostile connections leave every worker alive`, async () => {
  await using node = await startNode({
    ...{ workers: 2, workspace: PROTOCOL_WORKSPACE },
    args: ["--domain", "demdex.net"],
  });
  const port = Number(new URL(node.collectUrl).port);
  const random = seededRandom(SEED);
  for (let done = 0; done < CONNECTIONS; done += AT_ONCE) {
    const octets = Array.from({ length: AT_ONCE }, () => hostileOctets(random));
    const answers = await Promise.all(octets.map((text) => exchange(port, text)));
    for (const [i, answer] of answers.entries()) {
      const where = `seed ${SEED}, connection ${done + i}: ${JSON.stringify(octets[i]?.slice(0, 300))}`;
      for (const [, status] of answer.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)) {
        assert.ok(Number(status) < 500, `${status} for ${where}`);
      }
    }
  }
  const healthy = await node.collect("/event?d_rtbd=json", { host: "alpha.demdex.net" });
  assert.equal(healthy.headers["x-error"], undefined);
  assert.equal((await node.manage("GET", "/ready")).status, 200);
  const starts = node.output().stderr.split("A worker serves.").length - 1;
  assert.equal(starts, 2, "a worker ended and was replaced");
});

/** A request that is whole, cut, garbled, or no request at all; the connection is to be closed after it. */
function hostileOctets(random: Random): string {
  if (random.chance(0.1)) return noise(random, 200);
  const { method, target, headers, body, host } = hostileRequest(random);
  const lines = [`${method} ${random.chance(0.05) ? noise(random, 30) : target} HTTP/1.1`];
  if (host !== "") lines.push(`Host: ${host}`);
  for (let i = 0; i + 1 < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  if (body !== null) lines.push(framing(random, body.length));
  lines.push("Connection: close");
  const text = `${lines.join("\r\n")}\r\n\r\n${body ?? ""}`;
  return random.chance(0.1) ? text.slice(0, random.below(text.length)) : text;
}

function framing(random: Random, length: number): string {
  if (random.chance(0.9)) return `Content-Length: ${length}`;
  return random.pick(["Transfer-Encoding: chunked", "Content-Length: -1", "Content-Length: 1e9"]);
}

function noise(random: Random, maxLength: number): string {
  const length = random.below(maxLength + 1);
  return String.fromCharCode(...Array.from({ length }, () => random.below(256)));
}

/** What comes back until the server closes; a client that has said all it has to say hangs up. */
function exchange(port: number, octets: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.end(octets, "latin1"));
    let received = "";
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      received += text;
    });
    socket.on("close", () => resolve(received));
    socket.on("error", (error: Error & { code?: string }) => {
      // The server may cut a connection whose rest it does not want to read.
      if (error.code !== "ECONNRESET" && error.code !== "EPIPE") reject(error);
    });
  });
}
