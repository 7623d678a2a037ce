// Connections of one to three requests, most of them spoilt in a place or two where HTTP readers differ.

import type { Random } from "./random.ts";

const METHODS = ["GET", "GET", "POST", "HEAD", "OPTIONS", "PUT", "get", "FOO", "CONNECT"];
const TARGETS = [
  ..."/event?a=1 / /a%20b /a#b * http://a.example/event http://u@a/ //x //[:: a:80".split(" "),
  ..."/event?d_cid=1%01x /\u00e9 /a\\b /?x=?y#z?".split(" "),
];
const VERSIONS = [
  "HTTP/1.1",
  "HTTP/1.1",
  "HTTP/1.1",
  "HTTP/1.0",
  "HTTP/2.0",
  "HTTP/1.2",
  "http/1.1",
];
const FIELDS = [
  "Cookie: demdex=1; a=b",
  "X-Empty:",
  "X-Blank: \t ",
  "X-High: caf\u00e9",
  "X-Tail: a \t",
  "Connection: close",
  "Connection: keep-alive",
  "Connection: x, Close",
  "Expect: 100-continue",
  "Host: b.example",
  "Content-Length: 3",
  "Content-Length: 03",
  "Content-Length: +3",
  "Content-Length: 3, 3",
  "Content-Length: 0x3",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: gzip, chunked",
  "Transfer-Encoding: xchunked",
  "Transfer-Encoding : chunked",
  "Transfer_Encoding: chunked",
  " folded: 1",
  "X-Control: a\u0001b",
  "X-Return: a\rb",
  "NoColon",
  ": nameless",
  "Sp ace: 1",
];
const CHUNKED_BODIES = [
  "3\r\nabc\r\n0\r\n\r\n",
  "A;x=1;y\r\n0123456789\r\n0\r\n\r\n",
  "1\r\na\r\n2\r\nbc\r\n000\r\nX-Trailer: 1\r\n\r\n",
  "3\r\nabcd\r\n0\r\n\r\n",
  "3 \r\nabc\r\n0\r\n\r\n",
  "0x3\r\nabc\r\n0\r\n\r\n",
  "-3\r\nabc\r\n0\r\n\r\n",
  "3\nabc\n0\n\n",
  "3;\r\nabc\r\n0\r\n\r\n",
  '3;x="y"\r\nabc\r\n0\r\n\r\n',
  "fffffffffffffffff\r\nabc\r\n0\r\n\r\n",
];
const SPOILING = ["\r", "\n", "\0", " ", "\t", ":", ",", "\r\n", "\u0080", "\u007f", "0", "a", ";"];

export function mutatedConnection(random: Random): string {
  let text = "";
  for (let i = random.below(3); i >= 0; i--) text += requestText(random);
  for (let i = random.below(3); i > 0; i--) text = spoil(random, text);
  return text;
}

function requestText(random: Random): string {
  const isPlain = random.chance(0.6);
  const method = isPlain ? random.pick(METHODS.slice(0, 5)) : random.pick(METHODS);
  const target = isPlain ? "/event?key=val" : random.pick(TARGETS);
  const lines = [`${method} ${target} ${isPlain ? "HTTP/1.1" : random.pick(VERSIONS)}`];
  if (random.chance(0.9)) lines.push("Host: a.example");
  for (let i = random.below(4); i > 0; i--) {
    lines.push(isPlain ? (FIELDS[random.below(5)] ?? "") : random.pick(FIELDS));
  }
  const [framing, body] = framedBody(random, method);
  if (framing !== "") lines.push(framing);
  return `${random.chance(0.05) ? "\r\n" : ""}${lines.join("\r\n")}\r\n\r\n${body}`;
}

function framedBody(random: Random, method: string): readonly [string, string] {
  if (method !== "POST" && random.chance(0.8)) return ["", ""];
  if (random.chance(0.5)) return ["Transfer-Encoding: chunked", random.pick(CHUNKED_BODIES)];
  const body = "a=1&b=2\r\n\r\n".slice(0, random.below(12));
  return [`Content-Length: ${body.length}`, body];
}

/** Puts something in, takes an octet out, or doubles a stretch. */
function spoil(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const start = text.slice(0, at);
  if (random.chance(0.5)) return start + random.pick(SPOILING) + text.slice(at);
  if (random.chance(0.7)) return start + text.slice(at + 1);
  return start + text.slice(Math.max(0, at - random.below(20)));
}
