// An answer to the octets that go out, in one text: line, headers, body.

import { STATUS_CODES } from "node:http";
import { SYSTEM_CLOCK } from "../../../ops/clock.ts";
import { WIRE_LIMITS } from "./wire-limits.ts";

/** What is to be answered. Date, length and what becomes of the connection are added on the way. */
export interface WireAnswer {
  readonly status: number;
  /** Whole lines, each with its line break: see `headerLine`. */
  readonly headers: string;
  /** One octet a character. */
  readonly body: string;
}

/** A value that would end its line, or that has characters of more than an octet. */
const NO_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** One header's line; throws for a value that would break out of it. */
export function headerLine(name: string, value: string): string {
  if (NO_VALUE.test(value)) throw new Error(`The value of ${name} is none that a header can have.`);
  return `${name}: ${value}\r\n`;
}

const statusLines = new Map<number, string>();

function statusLine(status: number): string {
  let line = statusLines.get(status);
  if (line === undefined) {
    line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Unknown"}\r\n`;
    statusLines.set(status, line);
  }
  return line;
}

const KEPT = `Connection: keep-alive\r\nKeep-Alive: timeout=${WIRE_LIMITS.idleSeconds}\r\n\r\n`;
const CLOSED = "Connection: close\r\n\r\n";
const SECOND_MS = 1000;

/** The last lines of a head, of this second; "" where its clock has not been read. */
let keptLines = "";
let closedLines = "";

/** Reading the clock for each answer would cost more than all else that is done here. */
function lastLines(keepsAlive: boolean): string {
  if (keptLines === "") {
    const now = SYSTEM_CLOCK.now();
    const date = `Date: ${new Date(now).toUTCString()}\r\n`;
    keptLines = date + KEPT;
    closedLines = date + CLOSED;
    setTimeout(forgetSecond, SECOND_MS - (now % SECOND_MS)).unref();
  }
  return keepsAlive ? keptLines : closedLines;
}

function forgetSecond(): void {
  keptLines = "";
}

/** The whole answer. To `HEAD` it is what it would be to `GET`, without the body. */
export function answerText(answer: WireAnswer, isHead: boolean, keepsAlive: boolean): string {
  const { status, headers, body } = answer;
  const length = status === 204 ? "" : `Content-Length: ${body.length}\r\n`;
  const head = statusLine(status) + headers + length + lastLines(keepsAlive);
  return isHead || status === 204 ? head : head + body;
}

/** What is no HTTP gets a bare status and nothing of ours; the connection cannot be used again. */
export function refusalText(status: number): string {
  return `${statusLine(status)}Content-Length: 0\r\n${CLOSED}`;
}

export const CONTINUE_TEXT = "HTTP/1.1 100 Continue\r\n\r\n";
