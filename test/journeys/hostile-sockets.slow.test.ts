// Hostile octets at a real node: no worker ends, no answer is of the 500s, and the next caller is served.

import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { hostileRequest } from "../support/hostile-requests.ts";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { type Random, seededRandom } from "../support/random.ts";
import { startNode } from "../support/start-node.ts";

const CONNECTIONS = 4000;
const AT_ONCE = 16;
const SEED = 815;
const STALLED = 1200;

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

test("thousands of clients that stop in the middle hold nobody up", async () => {
  await using node = await startNode({
    ...{ workers: 2, workspace: PROTOCOL_WORKSPACE },
    args: ["--domain", "demdex.net"],
  });
  const port = Number(new URL(node.collectUrl).port);
  const head = "POST /event HTTP/1.1\r\nHost: alpha.demdex.net\r\n";
  const halves = [
    "",
    "GET /event HTT",
    head,
    `${head}Content-Length: 100\r\n\r\nkey1=`,
    `${head}Transfer-Encoding: chunked\r\n\r\n5\r\nkey`,
    `${head}Expect: 100-continue\r\nContent-Length: 9\r\n\r\n`,
  ];
  const stalled = await Promise.all(
    Array.from({ length: STALLED }, (_, i) => stall(port, halves[i % halves.length] ?? "")),
  );
  for (let i = 0; i < 200; i++) {
    const answer = await node.collect("/event?d_rtbd=json", { host: "alpha.demdex.net" });
    assert.equal(answer.headers["x-error"], undefined);
  }
  for (const socket of stalled) socket.destroy();
});

test("requests in a row are answered in their order, whatever stands between them", async () => {
  await using node = await startNode({
    ...{ workers: 1, workspace: PROTOCOL_WORKSPACE },
    args: ["--domain", "demdex.net"],
  });
  const port = Number(new URL(node.collectUrl).port);
  const random = seededRandom(SEED);
  for (let round = 0; round < 50; round++) {
    const wanted = Array.from({ length: 40 }, () => random.pick(IN_A_ROW));
    const octets = wanted.map(([request]) => request).join("");
    const last = "GET /robots.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    const answer = await exchange(port, octets + last);
    const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status);
    assert.deepEqual(statuses, [...wanted.map(([, status]) => status), "200"]);
  }
});

/** Requests, and the status of their answers: some are known at once, some wait for the store. */
const IN_A_ROW: readonly (readonly [request: string, status: string])[] = [
  ["GET /event?d_rtbd=json HTTP/1.1\r\nHost: alpha.demdex.net\r\n\r\n", "200"],
  ["GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", "404"],
  ["PUT /event HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab", "405"],
  ["OPTIONS /event HTTP/1.1\r\nHost: a\r\n\r\n", "204"],
  [
    "POST /event HTTP/1.1\r\nHost: alpha.demdex.net\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\n\r\n",
    "200",
  ],
];

/** A connection that says this much and then nothing. */
function stall(port: number, octets: string): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(octets, () => resolve(socket)));
    // The server may have enough of it at any time.
    socket.on("error", () => {});
  });
}

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
