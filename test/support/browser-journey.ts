// A node behind TLS, the sites around it and a browser: what the browser journeys begin with.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openVisitorBrowser, type VisitorBrowser } from "./browser.ts";
import { personalPage, shop } from "./browser-shop.ts";
import { type RunningNode, startNode } from "./start-node.ts";
import { makeCertificate } from "./tls-certificate.ts";
import { type SeenRequest, type Site, startTlsFront, type TlsFront } from "./tls-front.ts";

export const ORG_ID = "A1B2C3D4E5F60718293A4B5C@AdobeOrg";
const CASES = new URL("../../cases/protocol.workspace.json", import.meta.url);
const NAMES = ["*.demdex.net", "*.example", "*.shop.example"];
const DAY_MS = 86_400_000;

export interface Journey extends AsyncDisposable {
  readonly node: RunningNode;
  readonly front: TlsFront;
  readonly browser: VisitorBrowser;
  /**
   * A browser that knows nothing, on a page of that address; what the front has seen is forgotten.
   * `complaints` are what the page's console says.
   */
  newcomer(address: string): Promise<Visit>;
  /** Another node with the same definitions, in another region. */
  startInRegion(region: number): Promise<RunningNode>;
  /** Sets the clock of the node and that of every page. */
  passDays(days: number): Promise<void>;
}

export interface Visit {
  readonly page: Page;
  readonly complaints: readonly string[];
  /** Runs statements in the page; `return` gives their value. */
  run<T>(statements: string): Promise<T>;
}

export interface JourneyOptions {
  readonly thirdPartyCookies: "allowed" | "blocked";
  readonly settings?: Readonly<Record<string, unknown>>;
}

export async function startJourney(options: JourneyOptions): Promise<Journey> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "dunlin-tls-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const certificate = await makeCertificate(folder, NAMES);
  const workspace = await journeyWorkspace(options.settings ?? {});
  const startInRegion = (region: number): Promise<RunningNode> => {
    const told = ["--domain", "demdex.net", "--trust-proxy", "127.0.0.1/32"];
    return startNode({ workspace, args: [...told, "--region", String(region)] });
  };
  const node = stack.use(await startInRegion(6));
  const alpha = { orgId: ORG_ID, host: "alpha.demdex.net" };
  // Asked for once the front listens: a page is opened after that.
  let front: TlsFront | null = null;
  const regions = { port: () => front?.port ?? 0, cert: certificate.cert };
  const sites = new Map<string, Site>([
    ...SHOP_HOSTS.map((host) => [host, shop] as const),
    ["hello.shop.example", personalPage(alpha, regions)],
    ...["sync.example", "adnet.example", "dest.example"].map((host) => [host, receiver] as const),
  ]);
  const listening = stack.use(await startTlsFront({ certificate, node: node.collectUrl, sites }));
  front = listening;
  const browser = stack.use(await openVisitorBrowser(listening.port, options.thirdPartyCookies));
  const parts = stack.move();
  let today = Date.now();
  const setClocks = async (): Promise<void> => {
    const now = new Date(today).toISOString();
    const answer = await node.manage("PUT", "/v1/clock", { now });
    if (answer.status !== 200) throw new Error(answer.text);
    await browser.context.clock.setFixedTime(today);
  };
  await setClocks();
  return {
    ...{ node, front: listening, browser, startInRegion },
    newcomer: (address) => newcomer(browser, listening, address),
    passDays: (days) => {
      today += days * DAY_MS;
      return setClocks();
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** A site of its own, one that shares the platform's domain, and the site of somebody else. */
const SHOP_HOSTS = ["shop.example", "pages.demdex.net", "news.example"];

/** Another party that receives ID syncs and pixels. */
const receiver: Site = () => ({
  contentType: "image/svg+xml",
  body: '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
});

/** That of the protocol's cases, with names that lead back to the suite. */
async function journeyWorkspace(settings: Readonly<Record<string, unknown>>): Promise<unknown> {
  // Ours, and of the documented shape.
  const given = JSON.parse(await readFile(CASES, "utf8")) as Record<string, object[]>;
  const change = (list: string, place: number, changes: object): object[] =>
    (given[list] ?? []).map((one, at) => (at === place ? { ...one, ...changes } : one));
  const adnet = {
    ...{ idSyncId: 2, pid: 1957, container: 0, dataSourceId: 3001, ttlMinutes: 1, tag: "img" },
    ...{ fireURLSync: false, syncOnPage: false, urls: ["//adnet.example/s?u=%did%"] },
  };
  return {
    ...given,
    settings: { ...given["settings"], ...settings },
    partners: change("partners", 0, { hostnames: ["dcs.shop.example"] }),
    destinations: change("destinations", 0, { cnameDomain: "shop.example" }),
    idSyncs: [...(given["idSyncs"] ?? []), adnet],
  };
}

async function newcomer(
  { context }: VisitorBrowser,
  front: TlsFront,
  address: string,
): Promise<Visit> {
  // In this order: a page that still lives may set cookies and fire ID syncs.
  for (const old of context.pages().slice(1)) await old.close();
  await context.clearCookies();
  front.seen.length = 0;
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(address);
  return { page, complaints, run: (code) => page.evaluate(`(async () => {${code}})()`) };
}

/** The value of a cookie that the browser holds for a domain, or null. */
export async function cookieOf(
  { browser }: Journey,
  name: string,
  domain: string,
): Promise<string | null> {
  const all = await browser.context.cookies();
  return all.find((one) => one.name === name && one.domain === domain)?.value ?? null;
}

const WAIT_LIMIT_MS = 20_000;
const LOOK_AGAIN_MS = 10;

/** Resolves with the first value that is neither null nor undefined; what it waits for is said when it gives up. */
export async function until<T>(
  what: string,
  look: () => T | null | undefined | Promise<T | null | undefined>,
): Promise<T> {
  const deadline = performance.now() + WAIT_LIMIT_MS;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== null && found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  throw new Error(`Waited in vain for ${what}.`);
}

/** The requests that a host was asked since the list was last emptied, once there are so many. */
export function untilAsked(
  { front }: Journey,
  host: string,
  count = 1,
): Promise<readonly SeenRequest[]> {
  return until(`request ${count} to ${host}`, () => {
    const asked = front.seen.filter((one) => one.host === host);
    return asked.length >= count ? asked : null;
  });
}
