// A server-to-server client of the collection server (DCS), in one file without dependencies: copy it.
//
// One call a page view: it says what the visitor does, and the answer says who the visitor is (ID and
// region, for you to keep in a cookie of your own) and which segments the visitor is in now, this page
// view included. Four things to keep when you adapt it:
//
//   1. Connect to any address of the DCS, but name yourself in the `Host` header: `<alias>.<domain>`.
//   2. Send the ID of the last answer as `d_uuid`; on the first call send none, and one is made for you.
//   3. Give the call little time, and serve your page without an answer when it takes longer.
//   4. Wait for the answer before the next call for the same visitor.

import { Agent, type IncomingMessage, request } from "node:http";

export interface DcsOptions {
  /** Where the DCS listens, for example `http://127.0.0.1:8080`. */
  readonly endpoint: string;
  /** Endpoints of other regions, by region ID: a visitor's calls go where the profile lives. */
  readonly regionEndpoints?: Readonly<Record<number, string>>;
  /** Your alias under the platform's domain, for example `demo.dcs.localhost`. */
  readonly host: string;
  /** A page must not wait longer than this for personalisation. */
  readonly timeoutMs?: number;
}

/** What to keep of an answer until the visitor's next page view. */
export interface DcsVisitor {
  /** 38 digits. */
  readonly uuid: string;
  readonly region: number;
}

/** A signal: the same key may come several times, with several values. */
export type Signal = readonly [key: string, value: string];

export interface DcsPageView {
  /** Null for a visitor who brings no ID yet. */
  readonly visitor: DcsVisitor | null;
  readonly signals: readonly Signal[];
  /** Headers of the visitor's own request that rules may look at, such as `Accept-Language`. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface DcsAnswer {
  readonly visitor: DcsVisitor;
  /** Traits that this very call realized. */
  readonly traits: readonly number[];
  /** All segments that the visitor is in now. */
  readonly segments: readonly number[];
  /** Cookies that cookie destinations want set. Values are raw: encode them. */
  readonly cookies: readonly DcsCookie[];
  /** URLs that URL destinations want the page to fire. */
  readonly urls: readonly string[];
}

export interface DcsCookie {
  readonly name: string;
  readonly value: string;
  /** Absent: for ever. Negative: delete the cookie. */
  readonly ttlDays?: number;
}

/** What was sent, for a log or, as here, for a panel on the page. */
export interface DcsCall {
  readonly endpoint: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Without an answer there is a reason in words, and the page goes out as for anybody. */
export type DcsOutcome = {
  readonly call: DcsCall;
  readonly elapsedMs: number;
  /** The body as it came; null where none came. */
  readonly body: string | null;
} & (
  | { readonly kind: "answered"; readonly answer: DcsAnswer }
  | { readonly kind: "unanswered"; readonly reason: string }
);

const DEFAULT_TIMEOUT_MS = 300;
const MAX_ANSWER_BYTES = 256 * 1024;

export class DcsClient {
  readonly #options: DcsOptions;
  // Connections are kept open: a new one for each page view would cost more than the call itself.
  readonly #agent = new Agent({ keepAlive: true });

  constructor(options: DcsOptions) {
    this.#options = options;
  }

  /** Never throws and never takes much longer than the time limit. */
  async pageView(view: DcsPageView): Promise<DcsOutcome> {
    const call = this.#callFor(view);
    const began = performance.now();
    let body: string | null = null;
    try {
      body = await this.#send(call);
      const answer = readAnswer(body);
      return { kind: "answered", answer, call, body, elapsedMs: performance.now() - began };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { kind: "unanswered", reason, call, body, elapsedMs: performance.now() - began };
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #callFor({ visitor, signals, headers }: DcsPageView): DcsCall {
    const query = new URLSearchParams([
      ["d_rtbd", "json"], // Answer in JSON, not with a pixel.
      ["d_cts", "2"], // Say traits and segments, by their IDs.
      ["d_dst", "1"], // Say which URL destinations to fire, too.
      ...(visitor === null ? [] : [["d_uuid", visitor.uuid]]),
      ...signals.map(([key, value]) => [key, value]),
    ]);
    const { endpoint, regionEndpoints, host } = this.#options;
    const ofRegion = visitor === null ? undefined : regionEndpoints?.[visitor.region];
    return {
      endpoint: ofRegion ?? endpoint,
      target: `/event?${query}`,
      headers: { ...headers, Host: host },
    };
  }

  #send(call: DcsCall): Promise<string> {
    const timeoutMs = this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    return new Promise((resolve, reject) => {
      // One limit for everything: connecting, waiting and reading. `node:http` and not `fetch`, which
      // would not let a call name its own `Host`.
      const sent = request(
        call.endpoint + call.target,
        { headers: call.headers, agent: this.#agent, signal: AbortSignal.timeout(timeoutMs) },
        (response) => readBody(response).then(resolve, fail),
      );
      const fail = (error: Error) => reject(describeFailure(error, timeoutMs));
      sent.on("error", fail);
      sent.end();
    });
  }
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error("The answer is too large.");
  }
  if (response.statusCode !== 200) throw new Error(`The DCS answered ${response.statusCode}.`);
  return Buffer.concat(chunks).toString("utf8");
}

function describeFailure(error: Error, timeoutMs: number): Error {
  const isTimeout = error.name === "AbortError" || error.name === "TimeoutError";
  if (isTimeout) return new Error(`No answer within ${timeoutMs} ms.`);
  // A refused connection says its code, and nothing in `message` where several addresses were tried.
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return new Error(error.message || code || "The call failed.");
}

/** Takes nothing on trust: a half-read answer is worse for a page than none. */
function readAnswer(body: string): DcsAnswer {
  const answer: unknown = JSON.parse(body);
  if (!isRecord(answer)) throw new Error("The answer is no JSON object.");
  const { uuid, dcs_region: region } = answer;
  if (typeof uuid !== "string" || !/^[0-9]{38}$/.test(uuid) || typeof region !== "number") {
    throw new Error(`The answer names no visitor. ${readErrors(answer["errors"])}`.trim());
  }
  return {
    visitor: { uuid, region },
    traits: readNumbers(answer["traits"]),
    segments: readNumbers(answer["segments"]),
    cookies: readList(answer["stuff"]).flatMap(readCookie),
    urls: readList(answer["dests"]).flatMap((item) =>
      typeof item["c"] === "string" ? item["c"] : [],
    ),
  };
}

/** Errors that end a call are listed in the answer, with status 200. */
function readErrors(errors: unknown): string {
  return readList(errors)
    .map((error) => `${String(error["code"])}: ${String(error["msg"])}.`)
    .join(" ");
}

function readCookie(item: Record<string, unknown>): readonly DcsCookie[] {
  const { cn: name, cv: value, ttl } = item;
  if (typeof name !== "string" || typeof value !== "string") return [];
  return [{ name, value, ...(typeof ttl === "number" ? { ttlDays: ttl } : {}) }];
}

function readNumbers(list: unknown): readonly number[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === "number") : [];
}

function readList(list: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
