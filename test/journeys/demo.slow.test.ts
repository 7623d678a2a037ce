// biome-ignore-all lint/performance/useDomNodeTextContent: what a visitor sees is the point here.
// The demo as a newcomer meets it: `npm start`, a real browser, and the story that the pages tell.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { listenOrElsewhere } from "../../demo/listen.ts";
import { DcsClient } from "../../demo/site/dcs-client.ts";
import { createSite } from "../../demo/site/site.ts";
import { BROWSER_FLAGS, findBrowser } from "../support/browser.ts";

const START = fileURLToPath(new URL("../../demo/start.ts", import.meta.url));
const START_LIMIT_MS = 60_000;

const NEUTRAL = "For where the land runs out.";
const RUNNING = "The right shoe is the one you forget.";

interface Demo {
  readonly site: string;
  readonly ready: { readonly ready: boolean; readonly collect: string };
  readonly stdout: () => string;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

async function startDemo(data: string, demoPort = "0"): Promise<Demo> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("DUNLIN_"));
  const anyPort = ["--collect", "127.0.0.1:0", "--manage", "127.0.0.1:0", "--workers", "1"];
  const demo = spawn(process.execPath, [START, ...anyPort, "--data", data], {
    env: {
      ...Object.fromEntries(inherited),
      DUNLIN_DEMO_PORT: demoPort,
      // The story is about what an answer changes, not about how busy this machine is.
      DUNLIN_DEMO_TIMEOUT_MS: "20000",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const ended = new Promise<number | null>((resolve) => demo.once("close", resolve));
  const { promise: greeted, resolve, reject } = Promise.withResolvers<string>();
  const say = (what: string) => new Error(`The demo ${what}.\n${stdout}${stderr}`);
  const limit = setTimeout(() => reject(say("did not start in time")), START_LIMIT_MS);
  demo.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    const site = /Demo site +(\S+)/.exec(stdout)?.[1];
    if (site !== undefined && stdout.includes("Stop with")) resolve(site);
  });
  demo.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  ended.then((code) => reject(say(`ended with ${code}`)));
  try {
    const site = await greeted;
    const line = stdout.split("\n").find((text) => text.includes('"ready":true'));
    return {
      site,
      ready: JSON.parse(line ?? "null"),
      stdout: () => stdout,
      stop: (signal = "SIGTERM") => {
        demo.kill(signal);
        return ended;
      },
    };
  } catch (error) {
    demo.kill("SIGKILL");
    throw error;
  } finally {
    clearTimeout(limit);
  }
}

describe("the demo", () => {
  let folder: string;
  let demo: Demo;
  let browser: Browser;

  before(async () => {
    const executablePath = findBrowser();
    folder = await mkdtemp(join(tmpdir(), "dunlin-demo-"));
    demo = await startDemo(join(folder, "data"));
    browser = await chromium.launch({ executablePath, args: [...BROWSER_FLAGS] });
  });

  after(async () => {
    await browser?.close();
    await demo?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs in a browser of its own visitor, and checks that no page asked for anything from elsewhere. */
  async function asVisitor(story: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      const asked: string[] = [];
      const complaints: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(String(error)));
      await story(page);
      assert.deepEqual(
        asked.filter((url) => !url.startsWith(demo.site)),
        [],
      );
      assert.deepEqual(complaints, []);
    } finally {
      await context.close();
    }
  }

  const open = (page: Page, path: string) => page.goto(demo.site + path);
  const headline = (page: Page) => page.locator("h1").innerText();
  const offer = (page: Page) => page.locator(".offer").innerText();
  const panel = (page: Page) => page.locator(".panel").innerText();
  const press = (page: Page, label: string) => page.getByRole("button", { name: label }).click();

  it("prints the node's ready line unchanged, then what to open and a call that works", async () => {
    assert.equal(demo.ready.ready, true);
    assert.match(demo.ready.collect, /^http:\/\/127\.0\.0\.1:\d+$/);
    const curl = /curl -H 'Host: (\S+)' '(\S+)'/.exec(demo.stdout());
    assert.ok(curl, demo.stdout());
    assert.equal(curl[1], "demo.dcs.localhost");
    assert.ok(curl[2]?.startsWith(`${demo.ready.collect}/event?`));
  });

  it("a new visitor sees the neutral page; the third look at running shoes changes it", async () => {
    await asVisitor(async (page) => {
      await open(page, "/");
      assert.equal(await headline(page), NEUTRAL);
      assert.match(await offer(page), /Free delivery over £50/);
      assert.match(await panel(page), /you see the pages that everybody sees/);

      await page.getByRole("navigation").getByText("Running shoes").click();
      await page.locator(".card").first().click();
      assert.equal(await page.locator("article .button").innerText(), "Add to basket");
      await page.goBack();
      await page.reload();
      await page.getByText("Tideline", { exact: true }).first().click();

      assert.equal(await headline(page), RUNNING);
      assert.match(await offer(page), /merino socks, free/);
      assert.equal(await page.locator(".hero .button").innerText(), "Find my running shoes");
      assert.match(await panel(page), /Because you are in Shopping for running shoes 6001/);
      await open(page, "/p/RS-101");
      assert.equal(await page.locator("article .button").innerText(), "Add, with free socks");
    });
  });

  it("buying ends the offer in the answer to the purchase itself", async () => {
    await asVisitor(async (page) => {
      for (let view = 0; view < 3; view++) await open(page, "/p/RS-102");
      assert.match(await offer(page), /merino socks, free/);
      await press(page, "Add, with free socks");
      await open(page, "/");
      assert.match(await page.locator(".reminder").innerText(), /Your basket is where you left it/);
      const cookies = async () =>
        (await page.context().cookies()).find(({ name }) => name === "tideline_audience")?.value;
      assert.equal(await cookies(), encodeURIComponent("aud=shoes"));

      await page.locator(".reminder a").click();
      await press(page, "Place the order");
      assert.equal(await headline(page), "Thank you");
      assert.match(await offer(page), /Free delivery over £50/);
      assert.match(await panel(page), /Bought running shoes 5043/);
      assert.match(await panel(page), /Lives on the coast 5045/);
      // The cookie destination lost its last segment and asked for the cookie to be deleted.
      assert.equal(await cookies(), undefined);
      await open(page, "/");
      assert.equal(await headline(page), "Now get them dirty.");
    });
  });

  it("the panel shows the exact call and the exact answer", async () => {
    await asVisitor(async (page) => {
      await open(page, "/search?q=half+marathon+%3Cscript%3E");
      for (const summary of await page.locator(".panel summary").all()) await summary.click();
      const [curl = "", , body = ""] = await page.locator(".panel pre").allInnerTexts();
      assert.match(curl, /-H 'Host: demo\.dcs\.localhost'/);
      const target = /'(http:\S+)'$/.exec(curl)?.[1] ?? "";
      assert.ok(target.startsWith(`${demo.ready.collect}/event?d_rtbd=json&d_cts=2&d_dst=1&`));
      assert.ok(target.endsWith("&c_page=search&c_search=half+marathon+%3Cscript%3E&c_visit=new"));
      const answer = JSON.parse(body);
      assert.match(answer.uuid, /^[0-9]{38}$/);
      assert.deepEqual(answer.traits, [5001, 5002, 5031]);
      assert.deepEqual(answer.segments, [6008]);
      assert.match(await panel(page), new RegExp(`ID ${answer.uuid}, region 6`));
    });
  });

  it("readers meet the letter, then the paywall's open door, and members read on", async () => {
    await asVisitor(async (page) => {
      await open(page, "/journal/reading-a-ridge");
      assert.equal(await page.getByText("You seem to like it here.").count(), 0);
      await open(page, "/journal/first-half-marathon");
      await press(page, "Send me the letter");
      assert.match(await panel(page), /Reads the letter 5054/);
      await open(page, "/journal/tide-tables");
      await page.getByText("Members read everything, for £3 a month.").waitFor();
      await open(page, "/journal/night-on-the-hill");
      await press(page, "Start my free month");
      assert.match(await page.locator("main").innerText(), /You are a member/);
      await open(page, "/journal/night-on-the-hill");
      assert.match(await page.locator("main").innerText(), /golden plovers/);
    });
  });

  it("closing the browser and coming back is a second visit; starting over is a stranger", async () => {
    await asVisitor(async (page) => {
      await open(page, "/");
      const id = await page.locator(".panel .id").innerText();
      await press(page, "Close the browser and come back");
      assert.match(await offer(page), /Good to see you again/);
      assert.equal(await page.locator(".panel .id").innerText(), id);
      await press(page, "Start over as a new visitor");
      assert.match(await offer(page), /Free delivery over £50/);
      assert.notEqual(await page.locator(".panel .id").innerText(), id);
    });
  });

  it("a DCS that is down leaves the page served, and says so in the panel only", async () => {
    // A port that was free a moment ago: nobody listens.
    const gone = createServer();
    const endpoint = await listenOrElsewhere(gone, 0);
    gone.close();
    const dcs = new DcsClient({ endpoint, host: "demo.dcs.localhost" });
    const site = createSite({ dcs, names: new Map() });
    const address = await listenOrElsewhere(site, 0);
    const page = await browser.newPage();
    try {
      assert.equal((await page.goto(address))?.status(), 200);
      assert.equal(await headline(page), NEUTRAL);
      assert.match(await panel(page), /ECONNREFUSED.+ The page was served as for anybody/);
      await page.goto(`${address}/p/RS-101`);
      await press(page, "Add to basket");
      assert.match(await page.locator("main").innerText(), /Sanderling/);
    } finally {
      await page.close();
      dcs.close();
      site.close();
    }
  });

  it("takes another port where its own is taken, and ends with the node's exit code", async () => {
    const taken = createServer();
    const { port } = new URL(await listenOrElsewhere(taken, 0));
    try {
      const second = await startDemo(join(folder, "second"), port);
      assert.notEqual(new URL(second.site).port, port);
      assert.equal((await fetch(second.site)).status, 200);
      assert.equal(await second.stop("SIGINT"), 0);
    } finally {
      taken.close();
    }
  });

  it("ends with npm, which tells only its shell to stop", async () => {
    const anyPort = "--collect 127.0.0.1:0 --manage 127.0.0.1:0 --workers 1";
    const command = `"${process.execPath}" "${START}" ${anyPort} --data "${join(folder, "third")}"; :`;
    const shell = spawn("sh", ["-c", command], {
      env: { ...process.env, DUNLIN_DEMO_PORT: "0", npm_lifecycle_event: "start" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    // The pipe closes when everybody who writes to it is gone: the demo, and the node that it started.
    const everybodyGone = new Promise((resolve) => shell.once("close", resolve));
    await new Promise<void>((resolve) => {
      shell.stdout.on("data", (text: Buffer) => {
        if (text.includes("Stop with")) resolve();
      });
    });
    shell.kill("SIGKILL");
    await everybodyGone;
  });
});
