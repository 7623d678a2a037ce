// The demo site: ordinary pages, written on the server. For each page view the server makes one call to
// the DCS, keeps the visitor's ID and region in a cookie, and writes the page by the segments in the answer.

import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { type Action, findAction } from "./actions.ts";
import type { DcsClient, DcsOutcome } from "./dcs-client.ts";
import { BIRD } from "./illustrations.ts";
import { forget, keep, type Memory, readMemory } from "./memory.ts";
import { layout } from "./pages/layout.ts";
import { personalise } from "./personalise.ts";
import { findPage } from "./routes.ts";
import { signalsOf } from "./signals.ts";
import type { Page } from "./view.ts";

export interface SiteOptions {
  readonly dcs: DcsClient;
  /** Names of traits and segments, for the panel. */
  readonly names: ReadonlyMap<number, string>;
}

const MAX_FORM_BYTES = 4096;

const FILES: ReadonlyMap<string, { readonly type: string; readonly body: string }> = new Map([
  [
    "/site.css",
    {
      type: "text/css; charset=utf-8",
      body: readFileSync(join(import.meta.dirname, "site.css"), "utf8"),
    },
  ],
  [
    "/icon.svg",
    {
      type: "image/svg+xml",
      body: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 42 38"><style>path{fill:#0f5c6e}.legs{fill:none;stroke:#c4512f;stroke-width:2}</style>${BIRD}</svg>`,
    },
  ],
]);

// Nothing from elsewhere, no script, forms to this site only.
const SECURITY_HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
} as const;

export function createSite(options: SiteOptions): Server {
  return createServer((request, response) => {
    serve(request, response, options).catch((error: unknown) => {
      console.error("The demo site could not serve a page:", error);
      if (!response.headersSent) response.writeHead(500, { "Content-Type": "text/plain" });
      response.end("The demo site could not serve this page.\n");
    });
  });
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: SiteOptions,
): Promise<void> {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
  const url = URL.parse(request.url ?? "/", "http://site.invalid");
  if (url === null) return endPlainly(response, 400, "This address cannot be read.\n");
  const file = FILES.get(url.pathname);
  if (request.method === "GET" && file !== undefined) {
    response.writeHead(200, { "Content-Type": file.type, "Cache-Control": "max-age=300" });
    response.end(file.body);
    return;
  }
  const memory = readMemory(request.headers.cookie ?? "");
  if (request.method === "POST") {
    const action = findAction(url.pathname);
    if (action !== null) return act(request, response, memory, action);
  } else if (request.method === "GET" || request.method === "HEAD") {
    return show(request, response, { page: findPage(url, memory), url, memory }, options);
  }
  return endPlainly(response, 405, "This address takes no such request.\n");
}

/** A form was sent: remember it, and go on to a page, which tells the DCS. A reload then repeats nothing. */
async function act(
  request: IncomingMessage,
  response: ServerResponse,
  memory: Memory,
  action: Action,
): Promise<void> {
  const form = await readForm(request);
  if (form === null) return endPlainly(response, 413, "This form is too large.\n");
  const { cookies, location } = action({
    form,
    memory,
    cookieHeader: request.headers.cookie ?? "",
  });
  response.writeHead(303, { Location: location, "Set-Cookie": [...cookies] });
  response.end();
}

interface Viewing {
  readonly page: Page;
  readonly url: URL;
  readonly memory: Memory;
}

async function show(
  request: IncomingMessage,
  response: ServerResponse,
  { page, url, memory }: Viewing,
  { dcs, names }: SiteOptions,
): Promise<void> {
  // The one call. It is worth waiting for, a little: the client gives up by itself, and never throws.
  const isViewed = page.signals.length > 0 && request.method === "GET";
  const outcome = isViewed
    ? await dcs.pageView({
        visitor: memory.visitor,
        signals: [...page.signals, ...signalsOf(memory, url)],
        headers: headersToHandOn(request, url),
      })
    : null;
  const segments = outcome?.kind === "answered" ? outcome.answer.segments : [];
  const experience = personalise(segments);

  response.writeHead(page.status, {
    "Content-Type": "text/html; charset=utf-8",
    // The page is this visitor's alone.
    "Cache-Control": "private, no-store",
    "Set-Cookie": cookiesAfter(outcome, memory),
  });
  response.end(layout(page, { memory, experience, outcome }, names).text);
}

/** What rules may look at, as far as the visitor's browser said it. */
function headersToHandOn(request: IncomingMessage, url: URL): Readonly<Record<string, string>> {
  const { "user-agent": agent, "accept-language": language, host } = request.headers;
  return {
    ...(agent === undefined ? {} : { "User-Agent": agent }),
    ...(language === undefined ? {} : { "Accept-Language": language }),
    // To the DCS the page is what its call comes from.
    ...(host === undefined ? {} : { Referer: `http://${host}${url.pathname}` }),
  };
}

function cookiesAfter(outcome: DcsOutcome | null, memory: Memory): string[] {
  if (outcome === null) return [];
  const cookies = [keep.visit()];
  if (outcome.kind === "answered") {
    cookies.push(keep.visitor(outcome.answer.visitor));
    cookies.push(...outcome.answer.cookies.flatMap(keep.destination));
    // Only now: an event that was not answered is told again with the next page view.
    if (memory.pending !== null) cookies.push(forget.pending());
  }
  return cookies;
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | null> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_FORM_BYTES) return null;
  }
  return new URLSearchParams(text);
}

function endPlainly(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" });
  response.end(sentence);
}
