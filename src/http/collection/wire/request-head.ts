// The line and the headers of a request, read strictly: what two readers could understand in two ways is
// refused, since a proxy in front may be the other reader.

import { METHODS } from "node:http";
import { isNamed } from "./header-name.ts";
import { TARGET_OCTET, TOKEN_OCTET, VALUE_OCTET } from "./octet-classes.ts";

export interface RequestHead {
  readonly method: string;
  /** As received, one octet a character. */
  readonly target: string;
  /** Names and values in turn, as received. */
  readonly headers: readonly string[];
  /** Octets of the body, or that it comes in chunks. */
  readonly bodyLength: number | "chunked";
  /** Whether the client wants the connection to go on. */
  readonly keepsAlive: boolean;
  /** Whether the client waits for leave to send its body. */
  readonly expectsContinue: boolean;
}

/** Why a connection cannot go on: the status of its last answer, and what it is counted as. */
export interface WireFault {
  readonly fault: 400 | 408 | 414 | 417 | 431;
  readonly kind: "unreadable" | "cut-short" | "slow" | "long-target" | "expectation" | "large-head";
}

export const UNREADABLE: WireFault = { fault: 400, kind: "unreadable" };
/** The client has said all that it will, and it is no whole request. */
export const CUT_SHORT: WireFault = { fault: 400, kind: "cut-short" };
export const TOO_SLOW: WireFault = { fault: 408, kind: "slow" };
const TARGET_TOO_LONG: WireFault = { fault: 414, kind: "long-target" };
const NOT_MET: WireFault = { fault: 417, kind: "expectation" };
const HEAD_TOO_LARGE: WireFault = { fault: 431, kind: "large-head" };

/** What the reader has when it has no head. */
export function isFault(read: object): read is WireFault {
  return "fault" in read;
}

/** What to say of a head beyond its limit: was it the line that had no end? */
export function tooLarge(start: string): WireFault {
  return start.includes("\r\n") ? HEAD_TOO_LARGE : TARGET_TOO_LONG;
}

/**
 * A whole head, from its first octet to the empty line. One test of one pattern is several times as fast as
 * a walk of ours over the octets, and where it holds, lines and names may be found by searching.
 */
const HEAD = new RegExp(
  `${TOKEN_OCTET}+ ${TARGET_OCTET}+ HTTP/1\\.[01]\\r\\n(?:${TOKEN_OCTET}+:${VALUE_OCTET}*\\r\\n)*\\r\\n`,
  "y",
);
const VERSION_LENGTH = " HTTP/1.1".length;
const SPACE = 32;
const TAB = 9;
/** A tunnel is not for a server at the end of the way. */
const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS.filter((name) => name !== "CONNECT"));
const ABSOLUTE_TARGET = /^https?:\/\/[\w.-]+(?::\d*)?(?:[/?]|$)/;
const MAX_LENGTH_DIGITS = 15;

/** What of the headers says how a request is framed. Its fields are filled while they are walked. */
interface Framing {
  version: 0 | 1;
  contentLength: number | null;
  isChunked: boolean;
  hosts: number;
  closes: boolean;
  asksToKeep: boolean;
  expectsContinue: boolean;
  expectsElse: boolean;
}

/**
 * Reads a head that lies in `text` from `from` on; `end` is where its closing empty line begins, with the
 * line break before it.
 */
export function readHead(
  text: string,
  from: number,
  end: number,
  maxHeaders: number,
): RequestHead | WireFault {
  HEAD.lastIndex = from;
  if (!HEAD.test(text)) return UNREADABLE;
  const methodEnd = text.indexOf(" ", from);
  const targetEnd = text.indexOf(" ", methodEnd + 1);
  const method = text.slice(from, methodEnd);
  const target = text.slice(methodEnd + 1, targetEnd);
  if (!KNOWN_METHODS.has(method) || !isTarget(method, target)) return UNREADABLE;

  const lineEnd = targetEnd + VERSION_LENGTH;
  const framing = newFraming(text[lineEnd - 1] === "1" ? 1 : 0);
  const headers: string[] = [];
  if (!readFields(text, [lineEnd + 2, end], headers, framing)) return UNREADABLE;
  if (headers.length > 2 * maxHeaders) return HEAD_TOO_LARGE;
  return frame(method, target, headers, framing);
}

function isTarget(method: string, target: string): boolean {
  if (target.startsWith("/")) return true;
  return target === "*" ? method === "OPTIONS" : ABSOLUTE_TARGET.test(target);
}

function newFraming(version: 0 | 1): Framing {
  return {
    version,
    contentLength: null,
    isChunked: false,
    hosts: 0,
    closes: false,
    asksToKeep: false,
    expectsContinue: false,
    expectsElse: false,
  };
}

/** Whether no header is ambiguous; what they hold is added to the lists that are given. */
function readFields(
  text: string,
  [from, end]: readonly [from: number, end: number],
  headers: string[],
  framing: Framing,
): boolean {
  let at = from;
  while (at < end + 2) {
    const colon = text.indexOf(":", at);
    const lineEnd = text.indexOf("\r", colon);
    let start = colon + 1;
    while (isBlank(text.charCodeAt(start))) start++;
    let stop = lineEnd;
    while (stop > start && isBlank(text.charCodeAt(stop - 1))) stop--;
    const name = text.slice(at, colon);
    const value = text.slice(start, stop);
    if (!readFraming(name, value, framing)) return false;
    headers.push(name, value);
    at = lineEnd + 2;
  }
  return true;
}

function isBlank(octet: number): boolean {
  return octet === SPACE || octet === TAB;
}

/** Whether a header says nothing of the framing that could be taken in two ways. Most names are told apart by their length. */
function readFraming(name: string, value: string, framing: Framing): boolean {
  switch (name.length) {
    case 4:
      return !isNamed(name, "host") || ++framing.hosts === 1;
    case 6:
      if (isNamed(name, "expect")) readExpectation(value, framing);
      return true;
    case 10:
      if (isNamed(name, "connection")) readConnection(value, framing);
      return true;
    case 14:
      return !isNamed(name, "content-length") || readLength(value, framing);
    case 17:
      return !isNamed(name, "transfer-encoding") || readEncoding(value, framing);
    default:
      return true;
  }
}

function readExpectation(value: string, framing: Framing): void {
  if (value.toLowerCase() === "100-continue") framing.expectsContinue = true;
  else framing.expectsElse = true;
}

/** An upgrade is not taken up, as a server may: its request is answered as what it is. */
function readConnection(value: string, framing: Framing): void {
  for (const option of value.toLowerCase().split(",")) {
    const word = option.trim();
    if (word === "close") framing.closes = true;
    else if (word === "keep-alive") framing.asksToKeep = true;
  }
}

function readLength(value: string, framing: Framing): boolean {
  if (framing.contentLength !== null || value.length > MAX_LENGTH_DIGITS) return false;
  if (!/^\d+$/.test(value)) return false;
  framing.contentLength = Number(value);
  return true;
}

function readEncoding(value: string, framing: Framing): boolean {
  if (framing.isChunked || value.toLowerCase() !== "chunked") return false;
  framing.isChunked = true;
  return true;
}

function frame(
  method: string,
  target: string,
  headers: readonly string[],
  framing: Framing,
): RequestHead | WireFault {
  const { version, contentLength, isChunked } = framing;
  // Chunks came with version 1.1, and a length beside them is the oldest way to smuggle a request.
  if (isChunked && (contentLength !== null || version === 0)) return UNREADABLE;
  if (framing.expectsElse) return NOT_MET;
  return {
    method,
    target,
    headers,
    bodyLength: isChunked ? "chunked" : (contentLength ?? 0),
    keepsAlive: !framing.closes && (version === 1 || framing.asksToKeep),
    expectsContinue: framing.expectsContinue && version === 1,
  };
}
