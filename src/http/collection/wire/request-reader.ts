// Octets of a connection to its requests, whatever pieces they come in. The usual piece is one whole
// request, and then nothing is copied.

import { type BodyReader, readBodyOf } from "./body-reader.ts";
import {
  isFault,
  type RequestHead,
  readHead,
  tooLarge,
  UNREADABLE,
  type WireFault,
} from "./request-head.ts";
import type { WireLimits } from "./wire-limits.ts";

/** One request with all of its body, or as much of it as is kept. */
export interface WireRequest {
  readonly method: string;
  readonly target: string;
  /** Names and values in turn, as received. */
  readonly headers: readonly string[];
  /** One octet a character; "" where there is none. One octet longer than the limit where it was cut off. */
  readonly body: string;
  /** Whether the connection may serve another request. */
  readonly keepsAlive: boolean;
}

const HEAD_END = "\r\n\r\n";
/** What cannot be in any head, so that its end need not be waited for. */
const NEVER_IN_HEAD = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|(?<!\r)\n|\r(?!\n|$)/g;

export class RequestReader {
  readonly #limits: WireLimits;
  /** What has arrived, read up to `#at`. */
  #text = "";
  #at = 0;
  /** A head whose end is missing, and its last octets. */
  #pieces: string[] = [];
  #piecesLength = 0;
  #lastOctets = "";
  #skippedBreak = false;
  /** The request whose body is being read. */
  #head: RequestHead | null = null;
  #body: BodyReader | null = null;
  #fault: WireFault | null = null;

  constructor(limits: WireLimits) {
    this.#limits = limits;
  }

  /** Takes octets, one a character. */
  push(text: string): void {
    this.#text = this.#text === "" ? text : this.#text.slice(this.#at) + text;
    this.#at = 0;
  }

  /** The next request; null where more octets are needed. After a fault there is nothing else. */
  next(): WireRequest | WireFault | null {
    if (this.#fault !== null) return this.#fault;
    const read = this.#read();
    if (read !== null && isFault(read)) this.#fault = read;
    if (this.#at >= this.#text.length) {
      this.#text = "";
      this.#at = 0;
    }
    return read;
  }

  /** Whether a part of a request has come. */
  get isWithin(): boolean {
    return this.#head !== null || this.#piecesLength > 0 || this.#at < this.#text.length;
  }

  /** Whether all of a head has come, and its body not. */
  get isWithinBody(): boolean {
    return this.#head !== null;
  }

  /** Whether the client waits for leave to send its body. True once for a request. */
  takeExpectation(): boolean {
    if (this.#head?.expectsContinue !== true) return false;
    this.#head = { ...this.#head, expectsContinue: false };
    return true;
  }

  #read(): WireRequest | WireFault | null {
    let head = this.#head;
    if (head === null) {
      const read = this.#readHead();
      if (read === null || isFault(read)) return read;
      if (read.bodyLength === 0) return requestOf(read, "", read.keepsAlive);
      head = read;
      this.#head = head;
      this.#body = readBodyOf(head.bodyLength, this.#limits.bodyBytes);
    }
    return this.#readBody(head);
  }

  #readHead(): RequestHead | WireFault | null {
    if (this.#piecesLength > 0) return this.#readPiecedHead();
    this.#skipBreak();
    const text = this.#text;
    const start = this.#at;
    const end = text.indexOf(HEAD_END, start);
    if (end === -1) return this.#keepPiece();
    if (end + 4 - start > this.#limits.headBytes) return tooLarge(text.slice(start, end));
    this.#at = end + 4;
    this.#skippedBreak = false;
    return readHead(text, start, end, this.#limits.headers);
  }

  /** One empty line before a request is forgiven: old clients end their bodies with one too many. */
  #skipBreak(): void {
    if (this.#skippedBreak || !this.#text.startsWith("\r\n", this.#at)) return;
    this.#at += 2;
    this.#skippedBreak = true;
  }

  /** A head that came in pieces: only the seam is looked at again. */
  #readPiecedHead(): RequestHead | WireFault | null {
    const seam = this.#lastOctets.length;
    const joint = this.#lastOctets + (this.#at === 0 ? this.#text : this.#text.slice(this.#at));
    const end = joint.indexOf(HEAD_END);
    if (end === -1) return this.#keepPiece();
    this.#pieces.push(joint.slice(seam, end + 4));
    const whole = this.#pieces.join("");
    this.#at += end + 4 - seam;
    this.#pieces = [];
    this.#piecesLength = 0;
    this.#lastOctets = "";
    this.#skippedBreak = false;
    if (whole.length > this.#limits.headBytes) return tooLarge(whole);
    return readHead(whole, 0, whole.length - 4, this.#limits.headers);
  }

  #keepPiece(): WireFault | null {
    const piece = this.#text.slice(this.#at);
    // Half a line break may yet become the empty line that is forgiven.
    if (piece === "" || (piece === "\r" && this.#piecesLength === 0)) return null;
    this.#at = this.#text.length;
    const joint = this.#lastOctets + piece;
    NEVER_IN_HEAD.lastIndex = Math.max(0, this.#lastOctets.length - 1);
    if (NEVER_IN_HEAD.test(joint)) return UNREADABLE;
    this.#pieces.push(piece);
    this.#piecesLength += piece.length;
    this.#lastOctets = joint.slice(-3);
    return this.#piecesLength > this.#limits.headBytes ? tooLarge(this.#pieces.join("")) : null;
  }

  #readBody(head: RequestHead): WireRequest | WireFault | null {
    const body = this.#body;
    if (body === null) return UNREADABLE;
    const at = body.take(this.#text, this.#at);
    if (typeof at !== "number") return at;
    this.#at = at;
    if (!body.isDone) return null;
    this.#head = null;
    this.#body = null;
    return requestOf(head, body.text(), head.keepsAlive && !body.isCut);
  }
}

function requestOf(
  { method, target, headers }: RequestHead,
  body: string,
  keepsAlive: boolean,
): WireRequest {
  return { method, target, headers, body, keepsAlive };
}
