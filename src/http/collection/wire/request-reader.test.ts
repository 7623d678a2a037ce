import assert from "node:assert/strict";
import { test } from "node:test";
import { mutatedConnection } from "../../../../test/support/mutated-requests.ts";
import { type ParsedRequest, parseWithNode } from "../../../../test/support/node-parser.ts";
import { seededRandom } from "../../../../test/support/random.ts";
import { isFault } from "./request-head.ts";
import { RequestReader } from "./request-reader.ts";
import { WIRE_LIMITS, type WireLimits } from "./wire-limits.ts";

interface Read {
  readonly requests: (ParsedRequest & { readonly keepsAlive: boolean })[];
  readonly fault: number | null;
  readonly isWithin: boolean;
}

/** All that the reader finds in a connection's octets, given in these pieces. */
function readAll(pieces: readonly string[], limits: WireLimits = WIRE_LIMITS): Read {
  const reader = new RequestReader(limits);
  const requests: Read["requests"] = [];
  for (const piece of pieces) {
    reader.push(piece);
    for (let read = reader.next(); read !== null; read = reader.next()) {
      if (isFault(read)) return { requests, fault: read.fault, isWithin: false };
      requests.push({ ...read, headers: [...read.headers] });
      if (!read.keepsAlive) return { requests, fault: null, isWithin: false };
    }
  }
  return { requests, fault: null, isWithin: reader.isWithin };
}

const HOST = "Host: a.example\r\n";
const get = (fields: string, line = "GET /event HTTP/1.1"): string =>
  `${line}\r\n${HOST}${fields}\r\n`;
const post = (fields: string, body: string): string => get(fields, "POST /event HTTP/1.1") + body;

/** Octets, and what is read: targets and bodies of the requests, or the status of the refusal. */
const ROWS: readonly (readonly [what: string, octets: string, read: string | number])[] = [
  ["a plain request", get(""), "/event "],
  ["no host", "GET /event HTTP/1.1\r\n\r\n", "/event "],
  ["version 1.0", get("", "GET / HTTP/1.0"), "/ end"],
  ["version 1.0 that stays", get("Connection: Keep-Alive\r\n", "GET / HTTP/1.0"), "/ "],
  ["a close", get("Connection: x, close\r\n"), "/event end"],
  ["two in a row", get("") + get("", "HEAD /x HTTP/1.1"), "/event  /x "],
  ["an empty line before", `\r\n${get("")}`, "/event "],
  ["two empty lines before", `\r\n\r\n${get("")}`, 400],
  ["a body of a length", post("Content-Length: 5\r\n", "a=1\r\n"), "/event a=1\r\n"],
  [
    "a body in chunks",
    post("Transfer-Encoding: Chunked\r\n", "1;x=y\r\na\r\n2\r\nbc\r\n0\r\nT: 1\r\n\r\n"),
    "/event abc",
  ],
  ["an upgrade, not taken up", get("Connection: Upgrade\r\nUpgrade: h2c\r\n"), "/event "],
  ["an absolute target", get("", "GET http://a.example/event HTTP/1.1"), "http://a.example/event "],
  ["all options", get("", "OPTIONS * HTTP/1.1"), "* "],
  ["two hosts", get("HOST: b.example\r\n"), 400],
  ["a length and chunks", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", ""), 400],
  ["chunks and a length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", ""), 400],
  ["two lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", ""), 400],
  ["two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n", ""), 400],
  ["a list of lengths", post("Content-Length: 5, 5\r\n", ""), 400],
  ["a signed length", post("Content-Length: +5\r\n", ""), 400],
  ["an endless length", post(`Content-Length: ${"9".repeat(16)}\r\n`, ""), 400],
  ["chunks in version 1.0", get("Transfer-Encoding: chunked\r\n", "POST / HTTP/1.0"), 400],
  ["another encoding", post("Transfer-Encoding: gzip, chunked\r\n", ""), 400],
  ["chunked twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", ""), 400],
  ["a folded header", get("A: b\r\n c\r\n"), 400],
  ["a blank before the colon", get("A : b\r\n"), 400],
  ["no colon", get("A\r\n"), 400],
  ["no name", get(": b\r\n"), 400],
  ["a bare line feed", "GET /event HTTP/1.1\nHost: a\n\n", 400],
  ["a bare line feed in a header", get("A: b\nC: d\r\n"), 400],
  ["a bare carriage return", get("A: b\rC: d\r\n"), 400],
  ["a zero octet", get("A: b\0\r\n"), 400],
  ["a method of nobody", get("", "BREW /event HTTP/1.1"), 400],
  ["a small method", get("", "get /event HTTP/1.1"), 400],
  ["a tunnel", get("", "CONNECT a.example:443 HTTP/1.1"), 400],
  ["no target", get("", "GET  HTTP/1.1"), 400],
  ["two blanks", get("", "GET  /event HTTP/1.1"), 400],
  ["a blank in the target", get("", "GET /a b HTTP/1.1"), 400],
  ["a target beyond ASCII", get("", "GET /caf\u00e9 HTTP/1.1"), 400],
  ["a relative target", get("", "GET event HTTP/1.1"), 400],
  ["no version", "GET /event\r\n\r\n", 400],
  ["version 1.2", get("", "GET /event HTTP/1.2"), 400],
  ["version 2", get("", "GET /event HTTP/2.0"), 400],
  ["no HTTP", "\x16\x03\x01\x02\x00\x01", 400],
  ["an expectation of nobody", get("Expect: tea\r\n"), 417],
  ["too large a head", get(`A: ${"a".repeat(65_536)}\r\n`), 431],
  ["too large a head without end", get(`A: ${"a".repeat(70_000)}`).slice(0, -4), 431],
  ["too long a target", get("", `GET /${"a".repeat(70_000)}`).slice(0, 66_000), 414],
  ["too many headers", get("A: b\r\n".repeat(200)), 431],
  [
    "a chunk that is longer than it says",
    post("Transfer-Encoding: chunked\r\n", "1\r\nab\r\n"),
    400,
  ],
  ["a chunk of no size", post("Transfer-Encoding: chunked\r\n", "\r\na"), 400],
  ["a chunk of too large a size", post("Transfer-Encoding: chunked\r\n", "100000000\r\na"), 400],
  [
    "a chunk's line without end",
    post("Transfer-Encoding: chunked\r\n", `1;${"a".repeat(1100)}`),
    400,
  ],
  ["a bare line feed after a size", post("Transfer-Encoding: chunked\r\n", "1\na"), 400],
  [
    "a length as a trailer",
    post("Transfer-Encoding: chunked\r\n", "0\r\nContent-Length: 1\r\n\r\n"),
    400,
  ],
  [
    "trailers without end",
    post("Transfer-Encoding: chunked\r\n", `0\r\n${"A: b\r\n".repeat(33)}`),
    400,
  ],
];

for (const [what, octets, expected] of ROWS) {
  test(`${what} is read as ${JSON.stringify(expected)}`, () => {
    const { requests, fault } = readAll([octets]);
    const read = requests.map(
      ({ target, body, keepsAlive }) => `${target} ${body}${keepsAlive ? "" : "end"}`,
    );
    assert.equal(fault ?? read.join(" "), expected);
  });
}

test("names and values are kept as they came, without the blanks around them", () => {
  const { requests } = readAll([get("cOOKIE:\t a=\u00e9; b \t\r\nX-Empty:\r\n")]);
  assert.deepEqual(requests[0]?.headers, [
    "Host",
    "a.example",
    "cOOKIE",
    "a=\u00e9; b",
    "X-Empty",
    "",
  ]);
});

test("of a body no more than a limit is kept, and nothing after it is read", () => {
  const limits = { ...WIRE_LIMITS, bodyBytes: 4 };
  for (const framed of [
    post("Content-Length: 9\r\n", "123456789"),
    post("Transfer-Encoding: chunked\r\n", "3\r\n123\r\n6\r\n456789\r\n0\r\n\r\n"),
  ]) {
    const { requests } = readAll([framed], limits);
    assert.deepEqual(
      requests.map(({ body, keepsAlive }) => [body, keepsAlive]),
      [["12345", false]],
    );
  }
  assert.equal(
    readAll([post("Content-Length: 4\r\n", "1234")], limits).requests[0]?.keepsAlive,
    true,
  );
});

test("it does not matter in which pieces octets come", () => {
  for (const [what, octets] of ROWS) {
    if (octets.length > 2000) continue;
    const whole = readAll([octets]);
    assert.deepEqual(readAll(octets.split("")), whole, `${what}, octet by octet`);
    for (let at = 1; at < octets.length; at++) {
      const pieces = [octets.slice(0, at), octets.slice(at)];
      assert.deepEqual(readAll(pieces), whole, `${what}, cut at ${at}`);
    }
  }
});

const SEED = 20_261_125;
const CONNECTIONS = 4000;

test(`what is read is read by node's parser as well, and the same (${CONNECTIONS} connections)`, async () => {
  const random = seededRandom(SEED);
  let read = 0;
  let refused = 0;
  for (let i = 0; i < CONNECTIONS; i++) {
    const octets = mutatedConnection(random);
    const ours = readAll([octets]);
    assert.deepEqual(readAll(octets.split("")), ours, `in pieces: ${JSON.stringify(octets)}`);
    if (ours.fault !== null) refused++;
    if (ours.requests.length === 0) continue;
    const { requests } = await parseWithNode(octets);
    const where = `seed ${SEED}, connection ${i}: ${JSON.stringify(octets)}`;
    for (const [n, { keepsAlive, ...request }] of ours.requests.entries()) {
      assert.deepEqual(request, requests[n], where);
      read++;
    }
  }
  assert.ok(read > CONNECTIONS / 3, `only ${read} requests were compared`);
  assert.ok(refused > CONNECTIONS / 5, `only ${refused} connections were refused`);
});
