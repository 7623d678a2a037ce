// Chromium as a visitor has it: with a profile on disk, over TLS, with or without third-party cookies.

import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** A browser that minds its own business: nothing but what the test asks for goes out. */
export const BROWSER_FLAGS: readonly string[] = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The machine's browser, or a sentence on what to install. */
export function findBrowser(): string {
  const path = BROWSERS.find((candidate) => existsSync(candidate));
  if (path !== undefined) return path;
  throw new Error(
    "There is no Chromium: install Debian's package `chromium` (npm test does, as root).",
  );
}

/** What the browser's own setting calls it. */
const COOKIE_CONTROLS = { allowed: 0, blocked: 1 } as const;

export interface VisitorBrowser extends AsyncDisposable {
  readonly context: BrowserContext;
}

/** Every host name leads to the front on `port`, so that addresses need no port of their own. */
export async function openVisitorBrowser(
  port: number,
  thirdPartyCookies: "allowed" | "blocked",
): Promise<VisitorBrowser> {
  const folder = await mkdtemp(join(tmpdir(), "dunlin-browser-"));
  const isBlocked = thirdPartyCookies === "blocked";
  const profile = {
    block_third_party_cookies: isBlocked,
    cookie_controls_mode: COOKIE_CONTROLS[thirdPartyCookies],
  };
  await mkdir(join(folder, "Default"));
  await writeFile(join(folder, "Default", "Preferences"), JSON.stringify({ profile }));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: findBrowser(),
    args: [
      ...BROWSER_FLAGS,
      "--ignore-certificate-errors",
      `--host-resolver-rules=MAP * 127.0.0.1:${port}`,
    ],
    chromiumSandbox: false,
  });
  return {
    context,
    [Symbol.asyncDispose]: async () => {
      await context.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
