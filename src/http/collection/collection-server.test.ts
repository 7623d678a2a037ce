import assert from "node:assert/strict";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { buildWorld } from "../../../test/support/event-world.ts";
import { type HttpAnswer, type HttpCall, send } from "../../../test/support/http-call.ts";
import { PROTOCOL_WORKSPACE } from "../../../test/support/protocol-vectors.ts";
import type { EventWorld } from "../../event/world.ts";
import type { VisitorStore } from "../../profiles/visitor-store.ts";
import {
  buildCollectionServer,
  type CallRecord,
  type CollectionServerOptions,
} from "./collection-server.ts";
import { PIXEL } from "./fixed-answers.ts";

interface Served {
  readonly port: number;
  readonly records: CallRecord[];
  send(target: string, changes?: Partial<HttpCall>): Promise<HttpAnswer>;
  drain(): Promise<void>;
}

/** A server with the vectors' workspace that ends with its test. */
async function serve(
  t: TestContext,
  changes: Partial<CollectionServerOptions> = {},
): Promise<Served> {
  const records: CallRecord[] = [];
  const server = buildCollectionServer({
    world: buildWorld(PROTOCOL_WORKSPACE),
    nodeName: "test-node",
    trustedProxies: [],
    onCall: (record) => records.push(record),
    ...changes,
  });
  const port = await server.listen("127.0.0.1", 0);
  t.after(() => server.drain());
  const to = `http://127.0.0.1:${port}`;
  return {
    port,
    records,
    send: (target, changes) => send({ to, target, host: "alpha.demdex.net", ...changes }),
    drain: () => server.drain(),
  };
}

/** What a server sends back to raw octets, until it closes the connection. */
function exchange(port: number, octets: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(octets, "latin1"));
    let received = "";
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      received += text;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(received));
  });
}

test("every answer carries the headers of the protocol", async (t) => {
  const { send: ask } = await serve(t);
  for (const target of ["/event", "/event?d_rtbd=json", "/nothing", "/robots.txt"]) {
    const { headers } = await ask(target);
    assert.equal(headers["pragma"], "no-cache");
    assert.match(headers["p3p"]?.toString() ?? "", /^policyref="\/w3c\/p3p\.xml", CP="/);
    assert.match(headers["x-tid"]?.toString() ?? "", /^[A-Za-z0-9+/]{11}=$/);
    assert.match(headers["dcs"]?.toString() ?? "", /^test-node r1 \d+ ms$/);
    assert.equal(headers["cross-origin-resource-policy"], "cross-origin");
    assert.equal(headers["timing-allow-origin"], "*");
    assert.equal(headers["strict-transport-security"], undefined);
    assert.equal(headers["access-control-allow-origin"], undefined);
  }
});

test("the transaction in the header is the one in the body", async (t) => {
  const { send: ask } = await serve(t);
  const answer = await ask("/event?d_rtbd=json");
  assert.equal((answer.json() as { tid: string }).tid, answer.headers["x-tid"]);
});

test("the pixel is the pixel, to the octet", async (t) => {
  const { send: ask } = await serve(t);
  const { body, headers } = await ask("/event?key1=val1");
  assert.deepEqual(body, PIXEL);
  assert.equal(headers["content-length"], String(PIXEL.length));
});

test("JSONP is the callback around the object, and nothing after it", async (t) => {
  const { send: ask } = await serve(t);
  const { text, headers } = await ask("/event?d_rtbd=json&d_cb=acme.callback");
  assert.match(text, /^acme\.callback\(\{"stuff":\[\],.*\}\)$/);
  assert.equal(headers["content-type"], "application/javascript;charset=utf-8");
});

test("without TLS the cookie names no attribute that a browser would refuse", async (t) => {
  const { send: ask } = await serve(t);
  const [line = ""] = (await ask("/event")).headers["set-cookie"] ?? [];
  assert.match(
    line,
    /^demdex=\d{38}; Max-Age=15552000; Expires=[^;]+ GMT; Path=\/; Domain=\.demdex\.net$/,
  );
});

test("behind a trusted proxy that speaks TLS the cookie and the headers say so", async (t) => {
  const { send: ask } = await serve(t, { trustedProxies: ["127.0.0.1"] });
  const answer = await ask("/event", { headers: { "X-Forwarded-Proto": "https" } });
  assert.match(answer.headers["set-cookie"]?.[0] ?? "", /; Secure; SameSite=None$/);
  assert.match(answer.headers["strict-transport-security"]?.toString() ?? "", /^max-age=31536000/);
});

test("a request without a host gets error 100, one with two gets HTTP's refusal or an answer", async (t) => {
  const { port } = await serve(t);
  const head = "GET /event?d_rtbd=json HTTP/1.1\r\nConnection: close\r\n";
  const without = await exchange(port, `${head}\r\n`);
  assert.match(without, /^HTTP\/1\.1 200 /);
  assert.match(without, /X-Error: 100\r\n/);
  const twice = await exchange(port, `${head}Host: alpha.demdex.net\r\nHost: x.y\r\n\r\n`);
  assert.match(twice, /^HTTP\/1\.1 (?:200|400) /);
});

test("what is no HTTP gets a bare 400, and the next caller is served", async (t) => {
  const { port, send: ask } = await serve(t);
  for (const octets of [
    "\x16\x03\x01\x02\x00\x01",
    "GET\r\n\r\n",
    "POST /event HTTP/1.1\r\nA\r\n\r\n",
  ]) {
    assert.match(await exchange(port, octets), /^HTTP\/1\.1 400 Bad Request\r\n/);
  }
  const header = `X-Long: ${"a".repeat(70_000)}`;
  const received = await exchange(port, `GET /event HTTP/1.1\r\n${header}\r\n\r\n`);
  assert.match(received, /^HTTP\/1\.1 431 /);
  assert.equal((await ask("/event")).status, 200);
});

test("a body beyond 64 KiB is not read to its end: error 311 and the connection closes", async (t) => {
  const { send: ask } = await serve(t);
  const answer = await ask("/event?d_rtbd=json", {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: "a".repeat(70_000),
  });
  assert.equal(answer.headers["x-error"], "311");
  assert.equal(answer.headers["connection"], "close");
});

test("a client that goes away in the middle of a body does no harm", async (t) => {
  const { port, send: ask, records } = await serve(t);
  const head = "POST /event HTTP/1.1\r\nHost: alpha.demdex.net\r\nContent-Length: 100\r\n\r\nkey1=";
  await new Promise<void>((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(head, () => socket.destroy());
    });
    socket.on("close", () => resolve());
  });
  assert.equal((await ask("/event")).status, 200);
  assert.equal(records.length, 1);
});

test("a call is counted by what it was, never by what it said", async (t) => {
  const { send: ask, records } = await serve(t);
  await ask("/event?d_rtbd=json&d_uuid=1&p_secret=hidden");
  await ask("/nothing?p_secret=hidden");
  assert.deepEqual(
    records.map(({ durationMs, ...rest }) => ({ ...rest, took: durationMs >= 0 })),
    [
      {
        endpoint: "event",
        form: "json",
        status: 200,
        errorCodes: [102],
        isOverload: false,
        took: true,
      },
      {
        endpoint: "other",
        form: "empty",
        status: 404,
        errorCodes: [],
        isOverload: false,
        took: true,
      },
    ],
  );
});

/** A world whose first read waits until the test lets it go. */
function heldWorld(world: EventWorld): {
  world: EventWorld;
  arrived: Promise<void>;
  release(): void;
} {
  const { store } = world;
  const arrived = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const load: VisitorStore["load"] = async (keys) => {
    arrived.resolve();
    await released.promise;
    return store.load(keys);
  };
  const commitVisit: VisitorStore["commitVisit"] = (visit) => store.commitVisit(visit);
  const held = { ...world, store: { ...store, atHand: undefined, load, commitVisit } };
  return { world: held, arrived: arrived.promise, release: () => released.resolve() };
}

for (const overload of ["soft", "http"] as const) {
  test(`a call too many is told so at once, and stores nothing: ${overload}`, async (t) => {
    const settings = { ...PROTOCOL_WORKSPACE.settings, overload };
    const held = heldWorld(buildWorld({ ...PROTOCOL_WORKSPACE, settings }));
    const { send: ask, records } = await serve(t, { world: held.world, maxCallsUnderWay: 1 });
    const underWay = ask("/event?d_rtbd=json");
    await held.arrived;
    const refused = await ask("/event?d_rtbd=json", { headers: { Origin: "https://a.example" } });
    assert.equal(refused.headers["access-control-allow-origin"], "https://a.example");
    assert.equal(refused.headers["set-cookie"], undefined);
    if (overload === "soft") {
      assert.equal(refused.status, 200);
      assert.equal(refused.headers["x-error"], "0");
    } else {
      assert.equal(refused.status, 503);
      assert.equal(refused.headers["retry-after"], "1");
      assert.equal(refused.text, "");
    }
    held.release();
    assert.equal((await underWay).headers["x-error"], undefined);
    assert.equal((await ask("/event?d_rtbd=json")).headers["x-error"], undefined);
    assert.deepEqual(
      records.map((record) => record.isOverload),
      [true, false, false],
    );
  });
}

test("a draining server answers what is under way and takes nothing new", async (t) => {
  const held = heldWorld(buildWorld(PROTOCOL_WORKSPACE));
  const { port, send: ask, drain } = await serve(t, { world: held.world });

  const underWay = ask("/event?d_rtbd=json");
  await held.arrived;
  const drained = drain();
  await assert.rejects(exchange(port, "GET /event HTTP/1.1\r\n\r\n"), /ECONNREFUSED/);
  held.release();
  const answer = await underWay;
  assert.equal(answer.headers["connection"], "close");
  assert.equal(answer.headers["x-error"], undefined);
  await drained;
});
