// Traces of a running node, received by a real HTTP server; and that nothing of them is loaded where the
// operator wants none.

import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { PROTOCOL_WORKSPACE } from "../support/protocol-vectors.ts";
import { startNode } from "../support/start-node.ts";

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: unknown }[];
}

let received: string[] = [];
let server: Server;
let endpoint: string;

before(async () => {
  server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    request.on("end", () => {
      received.push(`${request.method} ${request.url} ${text}`);
      response.setHeader("Content-Type", "application/json").end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

/** Says on standard error when a process loads something of OpenTelemetry's. */
const SPY = `--import=data:text/javascript,${encodeURIComponent(
  `import { registerHooks } from "node:module";
   registerHooks({ resolve(name, context, next) {
     if (name.startsWith("@opentelemetry")) process.stderr.write("loads " + name + "\\n");
     return next(name, context);
   } });`,
)}`;

const PATH = "/event?d_rtbd=json&key1=val1&p_secret=hidden-value";

async function runNode(env: Readonly<Record<string, string>>, calls: number): Promise<string> {
  received = [];
  await using node = await startNode({
    workspace: PROTOCOL_WORKSPACE,
    args: ["--domain", "demdex.net"],
    env: { NODE_OPTIONS: SPY, ...env },
  });
  for (let at = 0; at < calls; at++) {
    const answer = await node.collect(PATH, { host: "alpha.demdex.net" });
    assert.equal(answer.status, 200);
  }
  await node.collect("/id?d_rtbd=json", { host: "nobody.demdex.net" });
  // What has ended is sent before a worker ends.
  assert.equal((await node.stop()).code, 0);
  return node.output().stderr;
}

function spansOf(texts: readonly string[]): Span[] {
  return texts.flatMap((text) => {
    assert.match(text, /^POST \/v1\/traces \{/);
    const { resourceSpans } = JSON.parse(text.slice("POST /v1/traces ".length));
    return resourceSpans.flatMap((one: { scopeSpans: { spans: Span[] }[] }) =>
      one.scopeSpans.flatMap(({ spans }) => spans),
    );
  });
}

test("every call of the sample is a span with its phases within it, and quotes nobody", async () => {
  await runNode({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: "1" }, 5);
  const spans = spansOf(received);
  const calls = spans.filter(({ name }) => name === "dunlin.event");
  assert.equal(calls.length, 5);
  for (const call of calls) {
    const phases = spans.filter(({ parentSpanId }) => parentSpanId === call.spanId);
    const names = new Set(phases.map(({ name }) => name));
    assert.deepEqual([...names].sort(), ["commit", "load", "parse", "qualify", "realize"]);
    for (const phase of phases) {
      assert.equal(phase.traceId, call.traceId);
      assert.ok(BigInt(phase.endTimeUnixNano) >= BigInt(phase.startTimeUnixNano));
    }
    const said = new Map(call.attributes.map(({ key, value }) => [key, value]));
    assert.deepEqual(said.get("http.response.status_code"), { intValue: 200 });
    assert.deepEqual(said.get("dunlin.form"), { stringValue: "json" });
  }
  const refused = spans.find(({ name }) => name === "dunlin.id");
  const codes = refused?.attributes.find(({ key }) => key === "dunlin.error_codes");
  assert.deepEqual(codes?.value, { arrayValue: { values: [{ intValue: 1 }] } });
  assert.doesNotMatch(received.join(""), /hidden-value|p_secret|key1|alpha|nobody/);
});

test("calls that are not in the sample send nothing", async () => {
  const stderr = await runNode(
    { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: "0" },
    20,
  );
  assert.deepEqual(received, []);
  assert.match(stderr, /^loads @opentelemetry\/sdk-trace-base$/m);
});

test("where nobody wants traces, nothing is sent and nothing is loaded", async () => {
  for (const env of [{}, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: "true" }]) {
    const stderr = await runNode(env, 20);
    assert.deepEqual(received, []);
    // The metrics library asks for the interface, which does nothing by itself.
    assert.doesNotMatch(stderr, /@opentelemetry\/(?!api$)/m);
  }
});

test("a collector that is away keeps no node from answering or stopping", async () => {
  const nobody = {
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
    OTEL_TRACES_SAMPLER_ARG: "1",
  };
  await runNode(nobody, 20);
});
