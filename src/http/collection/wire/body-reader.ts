// The body of a request, of a told length or in chunks. No more than a limit is kept.

import { TOKEN_OCTET, VALUE_OCTET } from "./octet-classes.ts";
import { UNREADABLE, type WireFault } from "./request-head.ts";

/** A body being read. Text holds one octet a character. */
export interface BodyReader {
  /** Takes what belongs to the body from `at` on and says where it stopped, or that it cannot be read. */
  take(text: string, at: number): number | WireFault;
  /** Whether nothing of the body is missing, or more is there than is kept. */
  readonly isDone: boolean;
  /** Whether there is more than is kept: the octet after the last one that is allowed is the last one here. */
  readonly isCut: boolean;
  text(): string;
}

export function readBodyOf(length: number | "chunked", maxBytes: number): BodyReader {
  return length === "chunked" ? new ChunkedBody(maxBytes) : new PlainBody(length, maxBytes);
}

/** Pieces of a text, up to one octet beyond a limit. */
class Kept {
  readonly #maxBytes: number;
  readonly #parts: string[] = [];
  length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isCut(): boolean {
    return this.length > this.#maxBytes;
  }

  add(text: string): void {
    const piece = text.slice(0, this.#maxBytes + 1 - this.length);
    this.#parts.push(piece);
    this.length += piece.length;
  }

  text(): string {
    return this.#parts.length === 1 ? (this.#parts[0] ?? "") : this.#parts.join("");
  }
}

class PlainBody implements BodyReader {
  readonly #kept: Kept;
  readonly #length: number;

  constructor(length: number, maxBytes: number) {
    this.#length = length;
    this.#kept = new Kept(maxBytes);
  }

  get isDone(): boolean {
    return this.isCut || this.#kept.length === this.#length;
  }

  get isCut(): boolean {
    return this.#kept.isCut;
  }

  take(text: string, at: number): number {
    const end = Math.min(text.length, at + this.#length - this.#kept.length);
    if (end > at) this.#kept.add(text.slice(at, end));
    return end;
  }

  text(): string {
    return this.#kept.text();
  }
}

/** A line that frames chunks: size and extensions, or a trailer. */
const MAX_LINE = 1024;
const MAX_TRAILERS = 32;
const TOKEN = `${TOKEN_OCTET}+`;
/** Extensions mean nothing to us; only their plain form is let through. */
const SIZE_LINE = new RegExp(`^([0-9A-Fa-f]{1,8})(?:;${TOKEN}(?:=${TOKEN})?)*$`);
const TRAILER_LINE = new RegExp(`^${TOKEN}:${VALUE_OCTET}*$`);
/** What a trailer may not say, since it came too late to be heeded. */
const FRAMING_TRAILER = /^(?:content-length|transfer-encoding|host|connection):/i;

class ChunkedBody implements BodyReader {
  readonly #kept: Kept;
  #state: "size" | "data" | "data-end" | "trailer" | "done" = "size";
  /** Octets of the chunk that are missing. */
  #missing = 0;
  /** The start of a line whose end is missing. */
  #line = "";
  #trailers = 0;

  constructor(maxBytes: number) {
    this.#kept = new Kept(maxBytes);
  }

  get isDone(): boolean {
    return this.#state === "done" || this.isCut;
  }

  get isCut(): boolean {
    return this.#kept.isCut;
  }

  text(): string {
    return this.#kept.text();
  }

  take(text: string, from: number): number | WireFault {
    let at = from;
    while (at < text.length && !this.isDone) {
      const next = this.#state === "data" ? this.#takeData(text, at) : this.#takeLine(text, at);
      if (typeof next !== "number") return next;
      at = next;
    }
    return at;
  }

  #takeData(text: string, at: number): number {
    const piece = text.slice(at, at + this.#missing);
    this.#kept.add(piece);
    this.#missing -= piece.length;
    if (this.#missing === 0) this.#state = "data-end";
    return at + piece.length;
  }

  #takeLine(text: string, at: number): number | WireFault {
    const feed = text.indexOf("\n", at);
    const end = feed === -1 ? text.length : feed + 1;
    if (this.#line.length + end - at > MAX_LINE) return UNREADABLE;
    this.#line += text.slice(at, end);
    if (feed === -1) return end;
    if (!this.#line.endsWith("\r\n")) return UNREADABLE;
    const line = this.#line.slice(0, -2);
    this.#line = "";
    return this.#acceptLine(line) ? end : UNREADABLE;
  }

  #acceptLine(line: string): boolean {
    if (this.#state === "size") return this.#acceptSize(line);
    if (this.#state === "data-end") {
      this.#state = "size";
      return line === "";
    }
    if (line === "") {
      this.#state = "done";
      return true;
    }
    this.#trailers++;
    const isPlain = TRAILER_LINE.test(line) && !FRAMING_TRAILER.test(line);
    return isPlain && this.#trailers <= MAX_TRAILERS;
  }

  #acceptSize(line: string): boolean {
    const digits = SIZE_LINE.exec(line)?.[1];
    if (digits === undefined) return false;
    this.#missing = Number.parseInt(digits, 16);
    this.#state = this.#missing === 0 ? "trailer" : "data";
    return true;
  }
}
