// Traces of some calls, sent by OTLP over HTTP. Loaded only where the operator wants them. The exporter
// reads the environment variables of its own: the endpoint, headers, time limits.

import { type Context, ROOT_CONTEXT, type Tracer, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import type {
  CallPhase,
  CallTrace,
  TracedOutcome,
  TraceEnvironment,
  Traces,
} from "../call-trace.ts";

/** Of a hundred calls, one: a busy worker answers thousands a second. */
const DEFAULT_RATIO = 0.01;
/** A collector that is away must not keep a node from stopping. */
const CLOSE_MS = 2_000;

export interface TracesOptions {
  readonly environment: TraceEnvironment;
  /** Which worker of which node. */
  readonly instance: string;
  /** A number in [0, 1). */
  random(): number;
}

export function openTraces({ environment, instance, random }: TracesOptions): Traces {
  const ratio = readRatio(environment["OTEL_TRACES_SAMPLER_ARG"]);
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      "service.name": environment["OTEL_SERVICE_NAME"] || "dunlin",
      "service.instance.id": instance,
    }),
    // Who is in the sample is decided before there is a span.
    sampler: new AlwaysOnSampler(),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const tracer = provider.getTracer("dunlin");
  return {
    begin: (endpoint) => (random() < ratio ? new SpanOfCall(tracer, endpoint) : null),
    close: async () => {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, CLOSE_MS);
      await Promise.race([provider.shutdown().catch(() => {}), late]);
      clearTimeout(timer);
    },
  };
}

/** What is no number from 0 to 1 counts as none. */
function readRatio(text: string | undefined): number {
  const ratio = Number(text);
  return text === undefined || text === "" || !(ratio >= 0 && ratio <= 1) ? DEFAULT_RATIO : ratio;
}

class SpanOfCall implements CallTrace {
  readonly #tracer: Tracer;
  readonly #span: ReturnType<Tracer["startSpan"]>;
  readonly #context: Context;

  constructor(tracer: Tracer, endpoint: string) {
    this.#tracer = tracer;
    const attributes = { "dunlin.endpoint": endpoint };
    this.#span = tracer.startSpan(`dunlin.${endpoint}`, { attributes }, ROOT_CONTEXT);
    this.#context = trace.setSpan(ROOT_CONTEXT, this.#span);
  }

  phase(phase: CallPhase, beganMs: number, endedMs: number): void {
    const startTime = performance.timeOrigin + beganMs;
    this.#tracer
      .startSpan(phase, { startTime }, this.#context)
      .end(performance.timeOrigin + endedMs);
  }

  ended({ form, status, errorCodes, revision }: TracedOutcome): void {
    this.#span.setAttributes({
      "dunlin.form": form,
      "dunlin.revision": revision,
      "dunlin.error_codes": [...errorCodes],
      "http.response.status_code": status,
    });
    this.#span.end();
  }
}
