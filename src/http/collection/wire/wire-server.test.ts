import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { WIRE_LIMITS, type WireLimits } from "./wire-limits.ts";
import { headerLine, type WireAnswer, type WireExchange, WireServer } from "./wire-server.ts";

const DATE = /Date: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\r\n/g;

interface Served {
  readonly server: WireServer;
  readonly port: number;
  /** Requests that have not been answered, in their order. */
  readonly waiting: WireExchange[];
  readonly refusals: string[];
  /** Resolves when so many requests have come in all. */
  arrived(count: number): Promise<void>;
}

/** A server whose requests wait until the test answers them, or are answered with their own target. */
async function serve(
  t: TestContext,
  { answers, limits }: { answers?: boolean; limits?: Partial<WireLimits> } = {},
): Promise<Served> {
  const waiting: WireExchange[] = [];
  const refusals: string[] = [];
  let arrivals = 0;
  let look = (): void => {};
  const server = new WireServer({
    limits: { ...WIRE_LIMITS, ...limits },
    onRequest: (exchange) => {
      arrivals++;
      if (answers === true) exchange.answer(echo(exchange));
      else waiting.push(exchange);
      look();
    },
    onRefusal: (kind) => refusals.push(kind),
  });
  const port = await server.listen({ host: "127.0.0.1", port: 0, reusePort: false });
  t.after(() => server.drain());
  const arrived = (count: number): Promise<void> =>
    new Promise((resolve) => {
      look = () => {
        if (arrivals >= count) resolve();
      };
      look();
    });
  return { server, port, waiting, refusals, arrived };
}

function answerAll(waiting: WireExchange[]): void {
  for (const exchange of waiting.splice(0)) exchange.answer(echo(exchange));
}

function echo({ request }: WireExchange): WireAnswer {
  return { status: 200, headers: "", body: request.target + request.body };
}

/** A client that keeps all that it receives. */
class Client {
  readonly socket: Socket;
  received = "";
  readonly closed: Promise<string>;
  #look = (): void => {};

  constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    this.socket.setEncoding("latin1");
    this.socket.on("data", (text: string) => {
      this.received += text.replace(DATE, "");
      this.#look();
    });
    // A cut connection is an end like any other here.
    this.socket.on("error", () => {});
    this.socket.on("end", () => this.socket.end());
    this.closed = new Promise((resolve) => {
      this.socket.on("close", () => resolve(this.received));
    });
  }

  say(octets: string): this {
    this.socket.write(octets, "latin1");
    return this;
  }

  /** Resolves when what has come holds this. */
  hears(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (this.received.includes(text)) resolve();
      };
      this.#look();
    });
  }
}

const get = (target: string, fields = ""): string =>
  `GET ${target} HTTP/1.1\r\nHost: a.example\r\n${fields}\r\n`;
const kept = (body: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=65\r\n\r\n${body}`;
const closing = (body: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
const refusal = (status: string): string =>
  `HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;

test("requests of one connection are answered one after another, to the octet", async (t) => {
  const { port } = await serve(t, { answers: true });
  const client = new Client(port).say(get("/one"));
  await client.hears("/one");
  client.say(get("/two") + get("/three") + get("/last", "Connection: close\r\n") + get("/late"));
  assert.equal(
    await client.closed,
    kept("/one") + kept("/two") + kept("/three") + closing("/last"),
  );
});

test("answers leave in the order of their requests, however they come to be known", async (t) => {
  const { port, waiting, arrived } = await serve(t);
  const client = new Client(port).say(get("/a") + get("/b") + get("/c", "Connection: close\r\n"));
  await arrived(3);
  for (const exchange of waiting.splice(0).reverse()) exchange.answer(echo(exchange));
  assert.equal(await client.closed, kept("/a") + kept("/b") + closing("/c"));
});

test("no more requests of a connection are taken than may be in flight", async (t) => {
  const { port, waiting, arrived } = await serve(t, { limits: { inFlight: 2 } });
  const targets = Array.from({ length: 7 }, (_, i) => `/${i}`);
  const client = new Client(port).say(targets.map((target) => get(target)).join(""));
  for (let taken = 2; taken <= 7; taken++) {
    await arrived(taken);
    assert.ok(waiting.length <= 2);
    const exchange = waiting.shift();
    exchange?.answer(echo(exchange));
  }
  answerAll(waiting);
  await client.hears(targets.map(kept).join(""));
  client.socket.destroy();
});

test("to HEAD goes what would go to GET without the body, and nothing has a body with 204", async (t) => {
  const { port, waiting, arrived } = await serve(t);
  const client = new Client(port).say(
    get("/x").replace("GET", "HEAD") + get("/y", "Connection: close\r\n"),
  );
  await arrived(2);
  waiting[0]?.answer({ status: 200, headers: headerLine("X-A", "b"), body: "body" });
  waiting[1]?.answer({ status: 204, headers: "", body: "" });
  const head = kept("body").slice(0, -4).replace("OK\r\n", "OK\r\nX-A: b\r\n");
  assert.equal(await client.closed, `${head}HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n`);
});

test("a header's value cannot end its line", () => {
  for (const value of ["a\r\nB: c", "a\nb", "a\0", "a\u0100", "\u010a"]) {
    assert.throws(() => headerLine("Location", value), /^Error: The value of Location /);
  }
  assert.equal(headerLine("A", "caf\u00e9\t"), "A: caf\u00e9\t\r\n");
});

test("who waits for leave to send its body gets it, after the answers before", async (t) => {
  const { port, waiting, arrived } = await serve(t);
  const post = "POST /p HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
  const client = new Client(port).say(get("/a") + post);
  await arrived(1);
  answerAll(waiting);
  await client.hears("100 Continue");
  assert.equal(client.received, `${kept("/a")}HTTP/1.1 100 Continue\r\n\r\n`);
  client.say("abc");
  await arrived(2);
  answerAll(waiting);
  await client.hears(kept("/pabc"));
  client.socket.destroy();
});

test("what is no HTTP is refused after the answers before it, though the client still sends", async (t) => {
  const { port, waiting, arrived } = await serve(t);
  const client = new Client(port).say(`${get("/a")}NO HTTP\r\n\r\n${"x".repeat(300_000)}`);
  await arrived(1);
  answerAll(waiting);
  assert.equal(await client.closed, kept("/a") + refusal("400 Bad Request"));
});

test("half a request and then the end is refused; a whole one is answered", async (t) => {
  const { port, waiting, arrived } = await serve(t);
  const half = new Client(port);
  half.socket.end("GET /a HT");
  assert.equal(await half.closed, refusal("400 Bad Request"));
  const whole = new Client(port);
  whole.socket.end(get("/a"));
  await arrived(1);
  answerAll(waiting);
  assert.match(await whole.closed, /\/a$/);
});

test("each wait for a client has its end", async (t) => {
  const { server, port, waiting, arrived } = await serve(t);
  const sweep = (seconds: number): void => {
    for (let i = 0; i < seconds; i++) server.sweep();
  };
  const silent = new Client(port);
  const slowHead = new Client(port).say(`${get("/a")}GET /slow-head HTTP/1.1\r\n`);
  const slowBody = new Client(port).say(
    "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab",
  );
  const idle = new Client(port).say(get("/c"));
  const busy = new Client(port).say(get("/d"));
  await arrived(3);
  await Promise.all(
    [silent, slowBody].map(
      (client) => client.socket.readyState === "open" || once(client.socket, "connect"),
    ),
  );
  for (const exchange of waiting.splice(0)) {
    if (exchange.request.target === "/d") waiting.push(exchange);
    else exchange.answer(echo(exchange));
  }
  await slowHead.hears("/a");
  await idle.hears("/c");
  sweep(WIRE_LIMITS.headSeconds + 1);
  assert.equal(await silent.closed, "");
  assert.equal(await slowHead.closed, kept("/a") + refusal("408 Request Timeout"));
  sweep(WIRE_LIMITS.requestSeconds - WIRE_LIMITS.headSeconds);
  assert.equal(await slowBody.closed, refusal("408 Request Timeout"));
  assert.equal(idle.socket.readyState, "open");
  sweep(WIRE_LIMITS.idleSeconds - WIRE_LIMITS.requestSeconds);
  assert.equal(await idle.closed, kept("/c"));
  // The server's own slowness is nothing to cut a client off for.
  const [last] = waiting.splice(0);
  last?.answer(echo(last));
  await busy.hears(kept("/d"));
  sweep(WIRE_LIMITS.idleSeconds + 1);
  await busy.closed;
});

test("the server hears of each connection that it refuses, and why", async (t) => {
  const { server, port, refusals } = await serve(t, { answers: true });
  const told = async (text: string): Promise<string[]> => {
    const client = new Client(port).say(text);
    client.socket.end();
    await client.closed;
    return refusals.splice(0);
  };
  const pad = "a".repeat(WIRE_LIMITS.headBytes);
  assert.deepEqual(await told(get("/fine")), []);
  assert.deepEqual(await told("no HTTP at all\r\n\r\n"), ["unreadable"]);
  assert.deepEqual(await told(`${get("/fine")}GET /half HTTP/1.1\r\n`), ["cut-short"]);
  assert.deepEqual(await told(`GET /${pad}`), ["long-target"]);
  assert.deepEqual(await told(`GET / HTTP/1.1\r\nHost: a\r\nX: ${pad}\r\n\r\n`), ["large-head"]);
  const asks = "GET / HTTP/1.1\r\nHost: a\r\nExpect: more\r\n\r\n";
  assert.deepEqual(await told(asks), ["expectation"]);
  const slow = new Client(port).say("GET /slow HTTP/1.1\r\n");
  while (refusals.length === 0) {
    await new Promise((resolve) => setImmediate(resolve));
    server.sweep();
  }
  await slow.closed;
  assert.deepEqual(refusals, ["slow"]);
});

test("a client that does not read its answers is not read either, and then cut off", async (t) => {
  const body = "x".repeat(1_000_000);
  let answered = 0;
  const refusals: string[] = [];
  const server = new WireServer({
    onRefusal: (kind) => refusals.push(kind),
    onRequest: (exchange) => {
      answered++;
      exchange.answer({ status: 200, headers: "", body });
    },
  });
  const port = await server.listen({ host: "127.0.0.1", port: 0, reusePort: false });
  t.after(() => server.drain());
  const client = new Client(port);
  client.socket.pause();
  client.say(get("/a").repeat(200));
  do {
    await new Promise((resolve) => setImmediate(resolve));
    if (answered > 0) server.sweep();
  } while (answered === 0 || server.connectionCount > 0);
  assert.ok(answered < 200, "all answers were taken on");
  assert.deepEqual(refusals, ["unread-answer"]);
  client.socket.resume();
  await client.closed;
});

test("a drained server answers what is under way, also several of one connection, and no more", async (t) => {
  const { server, port, waiting, arrived } = await serve(t);
  const idle = new Client(port).say(get("/idle"));
  await arrived(1);
  answerAll(waiting);
  await idle.hears(kept("/idle"));
  const busy = new Client(port).say(get("/a") + get("/b"));
  await arrived(3);
  const drained = server.drain();
  assert.equal(await idle.closed, kept("/idle"));
  const [a, b] = waiting.splice(0);
  a?.answer(echo(a));
  await busy.hears(kept("/a"));
  b?.answer(echo(b));
  assert.equal(await busy.closed, kept("/a") + closing("/b"));
  await drained;
});
