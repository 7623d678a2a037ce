// `/dest5.html` by itself, in a real browser: each message that clients send it, and what is none.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  cookieOf,
  type Journey,
  startJourney,
  until,
  untilAsked,
  type Visit,
} from "../support/browser-journey.ts";

const OPEN = `
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts allow-same-origin");
  frame.src = "https://alpha.demdex.net/dest5.html?d_nsid=0#" + encodeURIComponent(location.href);
  await new Promise((resolve) => { frame.onload = resolve; document.body.append(frame); });
  globalThis.send = (message) => frame.contentWindow.postMessage(message, "https://alpha.demdex.net");`;
const POST = "---destpub---";

/** As clients write it: each part encoded by itself, each address too. */
function ibs(id: string, urls: readonly string[], { tag = "img", minutes = 10080 } = {}): string {
  const addresses = urls.map(encodeURIComponent).join(",");
  return ["ibs", id, tag, addresses, String(minutes), "", "", "true", "false"].join("|");
}

const MARK = `dests|1|img|${encodeURIComponent("https://dest.example/mark")}`;

describe("the ID-sync page", () => {
  let journey: Journey;

  before(async () => {
    journey = await startJourney({ thirdPartyCookies: "allowed" });
  });
  after(() => journey?.[Symbol.asyncDispose]());

  const dextp = () => cookieOf(journey, "dextp", ".demdex.net");
  const targets = (host: string) =>
    journey.front.seen.filter((one) => one.host === host).map(({ target }) => target);

  /** A page with the iframe in it, and a way to send that messages. */
  async function opened(): Promise<Visit & { send(...messages: string[]): Promise<void> }> {
    const visit = await journey.newcomer("https://shop.example/some/page?a=b");
    await visit.run(OPEN);
    const send = (...messages: string[]) =>
      visit.run<void>(`for (const one of ${JSON.stringify(messages)}) send(one);`);
    return { ...visit, send };
  }

  it("fills in macros, gives addresses a scheme, and fires each address of a sync", async () => {
    const { send, complaints } = await opened();
    const macros = "t=%timestamp%&r=%RND%&d=%did%&p=%http_proto%&x=%other%";
    await send(POST + ibs("411", [`//sync.example/a?${macros}`, "https://sync.example/b?c=,|%26"]));
    await untilAsked(journey, "sync.example", 2);
    // Both are under way at once and may arrive in either order.
    const [first, second] = targets("sync.example").sort();
    const device = await cookieOf(journey, "demdex", ".demdex.net");
    assert.match(
      first ?? "",
      new RegExp(`^/a\\?t=\\d{10}&r=\\d{1,10}&d=${device}&p=https&x=%other%$`),
    );
    assert.equal(second, "/b?c=,|%26");
    assert.deepEqual(complaints, []);
  });

  it("takes combined messages one after the other", async () => {
    const { send } = await opened();
    const messages = [1, 2, 3].map((id) => ibs(String(id), [`https://sync.example/${id}`]));
    await send(`---destpub-combined---${messages.join("%01")}%01${MARK}`);
    await untilAsked(journey, "dest.example");
    await untilAsked(journey, "sync.example", 3);
    assert.deepEqual(targets("sync.example").sort(), ["/1", "/2", "/3"]);
    assert.match((await dextp()) ?? "", /^1-1-\d{13}\|2-1-\d{13}\|3-1-\d{13}$/);
  });

  it("opens a sync of the kind iframe as one", async () => {
    const { send } = await opened();
    await send(POST + ibs("5", ["https://sync.example/frame"], { tag: "iframe" }));
    const [request] = await untilAsked(journey, "sync.example");
    assert.equal(request?.headers["sec-fetch-dest"], "iframe");
  });

  it("repeats a sync once its minutes are over, and writes the newer time in place of the old", async () => {
    const { send } = await opened();
    await send(POST + ibs("5", ["https://sync.example/1"]));
    const old = await until("dextp", dextp);
    await journey.passDays(1);
    await send(POST + ibs("5", ["https://sync.example/2"]));
    await send(POST + ibs("5", ["https://sync.example/3"], { minutes: 1440 }), POST + MARK);
    await untilAsked(journey, "dest.example");
    await untilAsked(journey, "sync.example", 2);
    assert.deepEqual(targets("sync.example"), ["/1", "/3"]);
    const day = (text: string) => Number(text.split("-")[2]);
    assert.equal(day((await dextp()) ?? "") - day(old), 86_400_000);

    // The clock that wrote the entry was a day ahead.
    await journey.passDays(-1);
    await send(POST + ibs("5", ["https://sync.example/4"]));
    await untilAsked(journey, "sync.example", 3);
  });

  it("keeps `dextp` within what a cookie holds: the oldest syncs are forgotten", async () => {
    const { page, send } = await opened();
    const entries = Array.from({ length: 125 }, (_, at) => `${1000 + at}-1-${Date.now()}`);
    const value = entries.join("|");
    await page.context().addCookies([
      {
        ...{ name: "dextp", value, domain: ".demdex.net", path: "/" },
        ...{ secure: true, sameSite: "None" },
      },
    ]);
    await send(POST + ibs("411", ["https://sync.example/"]));
    const kept = await until("an entry of 411", async () => {
      const all = (await dextp())?.split("|") ?? [];
      return all.at(-1)?.startsWith("411-1-") ? all : null;
    });
    assert.equal(kept.length, 120);
    assert.equal(kept[0], entries[6]);
  });

  it("forgets all syncs when it is told to", async () => {
    const { send } = await opened();
    await send(POST + ibs("5", ["https://sync.example/1"]));
    await until("dextp", dextp);
    await send("---destpub-clear-dextp---");
    await until("no dextp", async () => ((await dextp()) === null ? true : null));
  });

  it("says what it does once it is asked to, and takes a message that comes with that", async () => {
    const { page, send, complaints } = await opened();
    await send(POST + MARK);
    await untilAsked(journey, "dest.example");
    assert.deepEqual(complaints, []);
    const said = page.waitForEvent("console", (message) => message.text().includes("dest5: fire"));
    await send(`---destpub-debug---${ibs("5", ["https://sync.example/1"])}`);
    await said;
    await untilAsked(journey, "sync.example");
  });

  it("bears anything else in silence", async () => {
    const { send, run, complaints } = await opened();
    const script = encodeURIComponent("javascript:alert(1)");
    const posted = ["", "%", "ibs", "ibs|1", "ibs|1|img|%|x", "dests|1", `dests|1|img|${script}`];
    posted.push(`ibs|7|iframe|${script}|1`, "ibs|a;b|img||5");
    posted.push("other|1|img|https%3A%2F%2Fsync.example%2F|1");
    await send(...posted.map((message) => POST + message));
    await send("", "hello", "---destpub---", "---destpub-unknown---x", "---destpub-combined---");
    await run(`for (const odd of [null, 1, {}, ["---destpub---"]]) send(odd);`);
    await send(POST + MARK);
    await untilAsked(journey, "dest.example");
    assert.deepEqual(targets("sync.example"), []);
    assert.equal(await dextp(), null);
    assert.deepEqual(complaints, []);
  });
});
