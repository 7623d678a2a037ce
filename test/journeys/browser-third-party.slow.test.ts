// A browser that takes third-party cookies, on the partner's site: first and second visit, ID syncs, what
// the answers are used for.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  cookieOf,
  type Journey,
  ORG_ID,
  startJourney,
  until,
  untilAsked,
  type Visit,
} from "../support/browser-journey.ts";

const AMCV =
  /^-?\d+\|MCMID\|\d{38}\|MCIDTS\|\d+\|MCAAMLH-\d+\|6\|MCAAMB-\d+\|[\w-]+\|MCOPTOUT-\d+s\|NONE\|vVersion\|5\.5\.0$/;
const VISITOR = `globalThis.visitor = new Visitor({ orgId: "${ORG_ID}" });`;
const FIRST_VISIT = `${VISITOR} return visitor.start();`;
const ASK_AGAIN = `${VISITOR} return visitor.start({ again: true });`;
const DIL = `globalThis.dil = new Dil({ partner: "alpha", visitor: globalThis.visitor });`;
const SHOP = "https://shop.example/";
/** A message of which the arrival shows that those before it were dealt with. */
const MARK = "https://dest.example/mark";
const POST_MARK = `visitor.post("---destpub---", "dests|1|img|${encodeURIComponent(MARK)}");`;

describe("a browser that takes third-party cookies", () => {
  let journey: Journey;

  before(async () => {
    journey = await startJourney({ thirdPartyCookies: "allowed" });
  });
  after(() => journey?.[Symbol.asyncDispose]());

  const asked = (host: string) => journey.front.seen.filter((one) => one.host === host);
  const forget = () => {
    journey.front.seen.length = 0;
  };
  const amcv = () => cookieOf(journey, encodeURIComponent(`AMCV_${ORG_ID}`), ".shop.example");
  const device = () => cookieOf(journey, "demdex", ".demdex.net");
  const dextp = () => cookieOf(journey, "dextp", ".demdex.net");
  const untilSynced = (pattern: RegExp) =>
    until(`dextp as ${pattern}`, async () => pattern.exec((await dextp()) ?? "")?.[0]);

  async function visited(): Promise<Visit & { readonly mid: string }> {
    const visit = await journey.newcomer(SHOP);
    return { ...visit, mid: await visit.run<string>(FIRST_VISIT) };
  }

  it("the first visit gives a MID, the AMCV cookie and the platform's own cookie", async () => {
    const { mid, complaints } = await visited();
    assert.match(mid, /^\d{38}$/);
    assert.match(decodeURIComponent((await amcv()) ?? ""), AMCV);
    assert.match((await device()) ?? "", /^\d{38}$/);
    assert.notEqual(await device(), mid);
    const calls = asked("dpm.demdex.net");
    assert.equal(calls[0]?.headers["origin"], "https://shop.example");
    assert.equal(calls[0]?.headers["cookie"], undefined);
    assert.equal(calls.length, 1, "a simple request needs no preflight");
    assert.deepEqual(complaints, []);
  });

  it("the second visit brings the same MID, by the AMCV cookie or by the platform's alone", async () => {
    const { page, run, mid } = await visited();
    await page.reload();
    assert.equal(await run(ASK_AGAIN), mid);
    const second = asked("dpm.demdex.net").at(-1);
    assert.match(second?.target ?? "", new RegExp(`&d_mid=${mid}&`));
    assert.match(second?.headers["cookie"] ?? "", /(?:^|; )demdex=\d{38}/);

    await journey.browser.context.clearCookies({ domain: ".shop.example" });
    await page.reload();
    assert.equal(await run(FIRST_VISIT), mid);
    // Another site of the same partner knows the same visitor.
    await page.goto("https://news.example/");
    assert.equal(await run(FIRST_VISIT), mid);
  });

  it("an older client hears the same by a script tag and its callback", async () => {
    const { run, mid, complaints } = await visited();
    const address = `https://dpm.demdex.net/id?d_ver=2&d_orgid=${encodeURIComponent(ORG_ID)}&d_cb=s_c_il%5B0%5D._setMarketingCloudFields`;
    const answer = await run<{ d_mid: string }>(`
      return new Promise((resolve, reject) => {
        globalThis.s_c_il = [{ _setMarketingCloudFields: resolve }];
        const script = document.createElement("script");
        script.onerror = reject;
        script.src = "${address}";
        document.head.append(script);
      });`);
    assert.equal(answer.d_mid, mid);
    assert.deepEqual(complaints, []);
  });

  it("the iframe fires an ID sync once, and not again within its ttl", async () => {
    const { page, run, complaints } = await visited();
    assert.equal(await run("return visitor.verdict.promise;"), true);
    const [sync] = await untilAsked(journey, "sync.example");
    assert.equal(sync?.target, `/dd?d_uuid=${await device()}`);
    const [other] = await untilAsked(journey, "adnet.example");
    assert.equal(other?.target, `/s?u=${await device()}`);
    await untilSynced(/^411-1-\d{13}\|3001-1-\d{13}$/);

    // The server leaves out what `dextp` names; the iframe itself refuses it too.
    await page.reload();
    await run(ASK_AGAIN);
    assert.deepEqual(await run("return visitor.answers[0].ibs;"), []);
    assert.equal(await run("return visitor.frame;"), null);
    const again = encodeURIComponent("https://sync.example/dd?again");
    await run(
      `visitor.attach("alpha"); visitor.post("---destpub---", "ibs|411|img|${again}|10080"); ${POST_MARK}`,
    );
    await untilAsked(journey, "dest.example");
    assert.equal(asked("sync.example").length, 1);
    assert.deepEqual(complaints, []);

    await journey.passDays(8);
    await page.reload();
    assert.equal((await run<string>(FIRST_VISIT)).length, 38);
    await untilAsked(journey, "sync.example", 2);
  });

  it("only the page that the iframe was opened for is listened to", async () => {
    const { run } = await visited();
    await untilSynced(/3001/);
    const url = encodeURIComponent("https://dest.example/forged");
    await run(`
      const frame = document.createElement("iframe");
      frame.src = "https://alpha.demdex.net/dest5.html?d_nsid=0#" + encodeURIComponent("https://news.example");
      await new Promise((resolve) => { frame.onload = resolve; document.body.append(frame); });
      frame.contentWindow.postMessage("---destpub---dests|1|img|${url}", "*");
      ${POST_MARK}`);
    await untilAsked(journey, "dest.example");
    assert.deepEqual(
      asked("dest.example").map(({ target }) => target),
      ["/mark"],
    );
  });

  it("an iframe without a proper origin stays silent, and the page hears no fault", async () => {
    const { run, complaints } = await journey.newcomer(SHOP);
    for (const fragment of ["", "#", "#%", "#javascript%3Aalert(1)", "#null", "#shop.example"]) {
      await run(`
        const frame = document.createElement("iframe");
        frame.src = "https://alpha.demdex.net/dest5.html?d_nsid=0${fragment}";
        await new Promise((resolve) => { frame.onload = resolve; document.body.append(frame); });`);
    }
    assert.equal(asked("alpha.demdex.net").length, 6);
    assert.deepEqual(complaints, []);
  });

  it("who comes to another region forgets the ID syncs of the old one", async () => {
    const { page, run, mid } = await visited();
    await untilSynced(/411.*3001/);
    await using other = await journey.startInRegion(9);
    await journey.passDays(1);
    const now = await run<number>("return Date.now();");
    await other.manage("PUT", "/v1/clock", { now: new Date(now).toISOString() });
    journey.front.useNode(other.collectUrl);
    try {
      await page.reload();
      assert.equal(await run(FIRST_VISIT), mid);
      assert.equal(await run("return visitor.hasMoved;"), true);
      await untilSynced(/^3001-1-\d{13}$/);
      assert.match(decodeURIComponent((await amcv()) ?? ""), /\|MCAAMLH-\d+\|9\|/);
    } finally {
      journey.front.useNode(journey.node.collectUrl);
    }
  });

  it("DIL's call brings the cookie of a segment, and the iframe fires its URL destination", async () => {
    const { run, complaints } = await visited();
    forget();
    const { status, answer } = await run<{ status: number; answer: { uuid: string } }>(
      `${DIL} return dil.submit({ key1: "val1", c_tags: ["a", "b"] });`,
    );
    assert.equal(status, 200);
    assert.equal(answer.uuid, await device());
    assert.equal(await cookieOf(journey, "aamc", ".shop.example"), "seg=9001");
    assert.equal(await cookieOf(journey, "aam_did", ".shop.example"), answer.uuid);
    const [call, ...others] = asked("alpha.demdex.net").filter((one) =>
      one.target.startsWith("/event"),
    );
    assert.equal(call?.method, "POST");
    assert.equal(others.length, 0, "a simple request needs no preflight");
    assert.match(call?.headers["cookie"] ?? "", /(?:^|; )demdex=\d{38}/);
    const [pixel] = await untilAsked(journey, "dest.example");
    assert.equal(pixel?.target, `/px?u=${answer.uuid}`);
    assert.deepEqual(complaints, []);
  });

  it("a login links the customer ID; it finds the visitor's device from anywhere", async () => {
    const { run } = await visited();
    await run(`return visitor.start({ customerIds: [["crm", "user one", 1]] });`);
    const seen = await journey.node.collect("/event?d_rtbd=json&d_cid=1001%01user%20one", {
      host: "alpha.demdex.net",
    });
    assert.deepEqual(Reflect.get(Object(seen.json()), "uuid"), await device());
    const { answer } = await run<{ answer: { errors?: unknown } }>(
      `${DIL} return dil.submit({ key1: "val1" }, [["crm", "user one", 1]]);`,
    );
    assert.equal(answer.errors, undefined);
  });

  it("from the AMCV cookie to the segments: a server asks in the visitor's region and greets by it", async () => {
    const { page } = await visited();
    await page.goto("https://hello.shop.example/");
    assert.equal(await page.locator("h1").textContent(), "For buyers");
    const state = JSON.parse((await page.locator("script").textContent()) ?? "");
    assert.equal(state.asked, "irl1.demdex.net");
    assert.equal(state.uuid, await device());
    assert.equal(state.dcs_region, 6);
    assert.deepEqual(state.segments, [9001]);

    await journey.newcomer("https://hello.shop.example/");
    const stranger = journey.browser.context.pages().at(-1);
    assert.equal(await stranger?.locator("h1").textContent(), "Welcome, stranger");
  });
});
