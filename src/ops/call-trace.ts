// What a trace is told of a call. The packages that make spans of it are loaded only where the operator
// wants traces: see `traces/`.

/** Where the time of a call goes. */
export type CallPhase = "parse" | "load" | "realize" | "qualify" | "commit";

/** Times are those of `performance.now()`. */
export interface CallTrace {
  phase(phase: CallPhase, beganMs: number, endedMs: number): void;
  /** Nothing of it comes from the caller's own text. */
  ended(outcome: TracedOutcome): void;
}

export interface TracedOutcome {
  readonly form: string;
  readonly status: number;
  readonly errorCodes: readonly number[];
  readonly revision: number;
}

export interface Traces {
  /** Null for the calls that are not in the sample. */
  begin(endpoint: string): CallTrace | null;
  /** Sends what has ended, and no more. */
  close(): Promise<void>;
}

export type TraceEnvironment = Readonly<Record<string, string | undefined>>;

/** Whether the operator wants traces, by the environment variables that OpenTelemetry has for it. */
export function wantsTraces(environment: TraceEnvironment): boolean {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT } = environment;
  if (environment["OTEL_SDK_DISABLED"]?.toLowerCase() === "true") return false;
  return Boolean(OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || OTEL_EXPORTER_OTLP_ENDPOINT);
}
