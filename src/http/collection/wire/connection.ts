// One connection: its requests go to the handler as they come, and the answers leave in the requests'
// order, those of one turn of the event loop in one write. Times are counted in the server's sweeps.

import type { Socket } from "node:net";
import { answerText, CONTINUE_TEXT, refusalText, type WireAnswer } from "./answer-text.ts";
import { CUT_SHORT, isFault, TOO_SLOW, type WireFault } from "./request-head.ts";
import { RequestReader, type WireRequest } from "./request-reader.ts";
import type { WireLimits } from "./wire-limits.ts";

/** One request and its answer under way. */
export interface WireExchange {
  readonly request: WireRequest;
  /** The peer's address; "" when it has gone. */
  readonly peerAddress: string;
  /** Sends the answer when its turn comes. Once. */
  answer(answer: WireAnswer): void;
  /** Cuts the connection: there will be no answer. */
  abort(): void;
}

/** What a connection needs of its server. */
export interface ConnectionHost {
  readonly limits: WireLimits;
  readonly isDraining: boolean;
  /** Sweeps so far, one a second. */
  readonly sweeps: number;
  onRequest(exchange: WireExchange): void;
  onClose(connection: Connection): void;
  onRefusal(kind: WireRefusal): void;
}

/** A connection that is ended for what came on it, or since nobody takes its answers. */
export type WireRefusal = WireFault["kind"] | "unread-answer";

/** Octets of answers after which they are written before more are asked for. */
const MAX_WRITE = 65_536;

class Exchange implements WireExchange {
  readonly request: WireRequest;
  /** What is to go out, once it is known. */
  text: string | null = null;
  keepsAlive: boolean;
  next: Exchange | null = null;
  readonly #connection: Connection;

  constructor(connection: Connection, request: WireRequest) {
    this.#connection = connection;
    this.request = request;
    this.keepsAlive = request.keepsAlive;
  }

  get peerAddress(): string {
    return this.#connection.peerAddress;
  }

  answer(answer: WireAnswer): void {
    this.#connection.settle(this, answer);
  }

  abort(): void {
    this.#connection.destroy();
  }
}

export class Connection {
  readonly #socket: Socket;
  readonly #host: ConnectionHost;
  readonly #reader: RequestReader;
  #peerAddress: string | null = null;
  /** Requests without an answer that has left, in their order. */
  #first: Exchange | null = null;
  #last: Exchange | null = null;
  #inFlight = 0;
  /** Answers of this turn that go out together. */
  #out = "";
  #isReading = false;
  #isFlushDue = false;
  #isPaused = false;
  #isBlocked = false;
  /** The last request is in: nothing after it is read. */
  #takesNoMore = false;
  /** The last answer has left, and the client has yet to hang up. */
  #isLeaving = false;
  /** The client has said all it has to say. */
  #hasEnded = false;
  #fault: WireFault | null = null;
  /** Sweeps at which the present state began. */
  #sinceIdle: number;
  #sinceRequest: number;
  #sinceBlocked = 0;
  #isFresh = true;

  constructor(socket: Socket, host: ConnectionHost) {
    this.#socket = socket;
    this.#host = host;
    this.#reader = new RequestReader(host.limits);
    this.#sinceIdle = host.sweeps;
    this.#sinceRequest = host.sweeps;
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("end", () => this.#end());
    socket.on("drain", () => this.#unblock());
    // What goes wrong with a connection ends it; "close" follows.
    socket.on("error", () => {});
    socket.on("close", () => host.onClose(this));
  }

  get peerAddress(): string {
    this.#peerAddress ??= this.#socket.remoteAddress ?? "";
    return this.#peerAddress;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Ends at once what waits for nothing. */
  drain(): void {
    if (this.#inFlight === 0 && !this.#reader.isWithin && !this.#isLeaving) {
      this.#socket.destroySoon();
    }
  }

  /** Looks whether the client has been waited for long enough. */
  sweep(): void {
    const { limits, sweeps } = this.#host;
    if (this.#isBlocked) {
      if (sweeps - this.#sinceBlocked > limits.unreadSeconds) {
        this.#host.onRefusal("unread-answer");
        this.destroy();
      }
      return;
    }
    if (this.#isLeaving) {
      const limit = this.#socket.writableLength > 0 ? limits.unreadSeconds : limits.lingerSeconds;
      if (sweeps - this.#sinceIdle > limit) this.destroy();
      return;
    }
    if (this.#inFlight > 0 || this.#isPaused) return;
    if (this.#reader.isWithin) {
      const limit = this.#reader.isWithinBody ? limits.requestSeconds : limits.headSeconds;
      if (sweeps - this.#sinceRequest > limit) this.#refuse(TOO_SLOW);
      return;
    }
    const limit = this.#isFresh ? limits.headSeconds : limits.idleSeconds;
    if (sweeps - this.#sinceIdle > limit) this.destroy();
  }

  /** Takes the answer to one of the requests, and sends what is now next. */
  settle(exchange: Exchange, answer: WireAnswer): void {
    if (exchange.text !== null || this.#isLeaving || this.#socket.destroyed) return;
    // Told to go: only the last request's answer may say so, or those behind it would be lost.
    if (this.#host.isDraining && exchange === this.#last) exchange.keepsAlive = false;
    if (!exchange.keepsAlive) this.#takesNoMore = true;
    const isHead = exchange.request.method === "HEAD";
    exchange.text = answerText(answer, isHead, exchange.keepsAlive);
    this.#collect();
    if (this.#isReading) return;
    if (this.#first === null) this.#proceed();
    else this.#flushSoon();
  }

  #take(chunk: Buffer): void {
    if (this.#takesNoMore) return;
    if (!this.#reader.isWithin) this.#sinceRequest = this.#host.sweeps;
    this.#isFresh = false;
    this.#reader.push(chunk.toString("latin1"));
    this.#proceed();
  }

  /** Reads as many requests as may be in flight, and writes what has been answered. */
  #proceed(): void {
    let hasMore = true;
    while (hasMore && this.#mayRead()) {
      hasMore = this.#readSome();
      this.#flush();
    }
    if (this.#hasEnded && this.#mayRead()) this.#endReading();
    if (this.#inFlight === 0) this.#settleFault();
    this.#flush();
    this.#adjustFlow();
  }

  /** Whether reading stopped for another reason than that there is no whole request any more. */
  #readSome(): boolean {
    this.#isReading = true;
    let read: WireRequest | WireFault | null = null;
    while (this.#mayRead() && this.#out.length < MAX_WRITE) {
      read = this.#reader.next();
      if (read === null) break;
      if (isFault(read)) this.#refuse(read);
      else this.#open(read);
    }
    this.#isReading = false;
    return read !== null;
  }

  #mayRead(): boolean {
    return !this.#takesNoMore && !this.#isBlocked && this.#inFlight < this.#host.limits.inFlight;
  }

  #open(request: WireRequest): void {
    const exchange = new Exchange(this, request);
    if (this.#last === null) this.#first = exchange;
    else this.#last.next = exchange;
    this.#last = exchange;
    this.#inFlight++;
    if (!request.keepsAlive) this.#takesNoMore = true;
    this.#sinceRequest = this.#host.sweeps;
    this.#host.onRequest(exchange);
  }

  /** Moves answers that are next from their exchanges to what goes out. */
  #collect(): void {
    let exchange = this.#first;
    while (exchange !== null && exchange.text !== null) {
      this.#out += exchange.text;
      this.#inFlight--;
      if (!exchange.keepsAlive) {
        this.#isLeaving = true;
        exchange = null;
        break;
      }
      exchange = exchange.next;
    }
    this.#first = exchange;
    if (exchange === null) this.#last = null;
    this.#sinceIdle = this.#host.sweeps;
  }

  #flushSoon(): void {
    if (this.#isFlushDue || this.#out === "") return;
    this.#isFlushDue = true;
    process.nextTick(() => {
      this.#isFlushDue = false;
      this.#proceed();
    });
  }

  #flush(): void {
    const text = this.#out;
    this.#out = "";
    if (this.#isLeaving) {
      if (!this.#socket.writableEnded) this.#socket.end(text, "latin1");
      return;
    }
    if (this.#inFlight === 0 && this.#reader.takeExpectation()) {
      this.#write(text + CONTINUE_TEXT);
    } else if (text !== "") {
      this.#write(text);
    }
  }

  #write(text: string): void {
    if (this.#socket.write(text, "latin1") || this.#isBlocked) return;
    this.#isBlocked = true;
    this.#sinceBlocked = this.#host.sweeps;
  }

  #unblock(): void {
    if (!this.#isBlocked) return;
    this.#isBlocked = false;
    this.#proceed();
  }

  /** A client whose answers wait is not read; one that is told to go is read until it hangs up. */
  #adjustFlow(): void {
    const wantsData = this.#takesNoMore || this.#mayRead();
    if (wantsData !== this.#isPaused) return;
    this.#isPaused = !wantsData;
    if (wantsData) this.#socket.resume();
    else this.#socket.pause();
  }

  /** Nothing more is read; the refusal is the last answer, after those under way. */
  #refuse(fault: WireFault): void {
    this.#takesNoMore = true;
    this.#fault = fault;
    if (!this.#isReading) this.#proceed();
  }

  #settleFault(): void {
    if (this.#fault === null || this.#isLeaving) return;
    this.#out += refusalText(this.#fault.fault);
    this.#host.onRefusal(this.#fault.kind);
    this.#fault = null;
    this.#leave();
  }

  #leave(): void {
    this.#isLeaving = true;
    this.#sinceIdle = this.#host.sweeps;
  }

  #end(): void {
    this.#hasEnded = true;
    this.#proceed();
  }

  /** The client has sent all that it will. Half a request is none. */
  #endReading(): void {
    this.#takesNoMore = true;
    if (this.#reader.isWithin) this.#fault = CUT_SHORT;
    else if (this.#last !== null) this.#last.keepsAlive = false;
    else this.#leave();
  }
}
