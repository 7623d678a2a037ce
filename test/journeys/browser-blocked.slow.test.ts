// A browser that takes no third-party cookies: the MID lives in the site's own AMCV cookie, or the partner
// gives the node a host name of its own site.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  cookieOf,
  type Journey,
  ORG_ID,
  startJourney,
  until,
  untilAsked,
} from "../support/browser-journey.ts";

const VISITOR = `globalThis.visitor = new Visitor({ orgId: "${ORG_ID}" });`;
const OWN_HOST = `globalThis.visitor = new Visitor({ orgId: "${ORG_ID}", server: "dcs.shop.example" });`;
const START = "return visitor.start();";
const START_AGAIN = "return visitor.start({ again: true });";
const SHOP = "https://shop.example/";

describe("a browser that takes no third-party cookies", () => {
  let journey: Journey;

  before(async () => {
    journey = await startJourney({ thirdPartyCookies: "blocked" });
  });
  after(() => journey?.[Symbol.asyncDispose]());

  const asked = (host: string) => journey.front.seen.filter((one) => one.host === host);
  const device = () => cookieOf(journey, "demdex", ".demdex.net");

  it("really takes none: what was set on a visit of the platform is not sent from elsewhere", async () => {
    const { page, run } = await journey.newcomer("https://alpha.demdex.net/event");
    assert.match((await device()) ?? "", /^\d{38}$/);
    await page.reload();
    assert.match(asked("alpha.demdex.net")[1]?.headers["cookie"] ?? "", /^demdex=\d{38}$/);
    await page.goto(SHOP);
    await run(VISITOR + START);
    assert.equal(asked("dpm.demdex.net")[0]?.headers["cookie"], undefined);
  });

  it("the MID lives on in the AMCV cookie, comes back as `d_mid`, and is kept", async () => {
    const { page, run, complaints } = await journey.newcomer(SHOP);
    const mid = await run<string>(VISITOR + START);
    assert.equal(await device(), null);
    await page.reload();
    assert.equal(await run(VISITOR + START_AGAIN), mid);
    assert.match(asked("dpm.demdex.net")[1]?.target ?? "", new RegExp(`&d_mid=${mid}&`));
    // DIL's calls reach the same profile by it: its two devices would not add up.
    const dil = `globalThis.dil = new Dil({ partner: "alpha", visitor });`;
    const first = await run<{ answer: { uuid: string } }>(`${dil} return dil.submit({ a: "1" });`);
    const second = await run<{ answer: { uuid: string } }>(`return dil.submit({ a: "2" });`);
    assert.equal(first.answer.uuid, second.answer.uuid);
    assert.deepEqual(complaints, []);

    // Another site has a visitor of its own.
    await page.goto("https://news.example/");
    assert.notEqual(await run(VISITOR + START), mid);
  });

  it("the iframe says that it can set no cookies, and fires only what needs none", async () => {
    const { page, run, complaints } = await journey.newcomer(SHOP);
    await run(VISITOR + START);
    assert.equal(await run("return visitor.verdict.promise;"), false);
    await untilAsked(journey, "sync.example");
    await until("MCSYNCS", async () => {
      const amcv = await cookieOf(journey, encodeURIComponent(`AMCV_${ORG_ID}`), ".shop.example");
      return /\|MCSYNCS\|411-\d+\|/.exec(decodeURIComponent(amcv ?? ""));
    });
    assert.equal(asked("adnet.example").length, 0);
    const { cookies } = await page.context().storageState();
    assert.deepEqual(
      cookies.filter(({ domain }) => domain.endsWith("demdex.net")),
      [],
    );
    assert.deepEqual(complaints, []);
  });

  it("a page on the platform's own site is first party: cookie and ID syncs as ever", async () => {
    const { run } = await journey.newcomer("https://pages.demdex.net/");
    await run(VISITOR + START);
    assert.match((await device()) ?? "", /^\d{38}$/);
    assert.equal(await run("return visitor.verdict.promise;"), true);
    await untilAsked(journey, "adnet.example");
  });

  it("a host name of the partner's site keeps the visitor by its own cookie", async () => {
    const { page, run, complaints } = await journey.newcomer(SHOP);
    const mid = await run<string>(OWN_HOST + START);
    const own = await cookieOf(journey, "demdex", "dcs.shop.example");
    assert.match(own ?? "", /^\d{38}$/);
    assert.match(asked("dcs.shop.example")[0]?.target ?? "", /&d_verify=1&/);

    await journey.browser.context.clearCookies({ domain: ".shop.example" });
    await page.reload();
    assert.equal(await run(OWN_HOST + START), mid);
    const collected = await run<{ answer: { uuid: string } }>(
      `return new Dil({ partner: "alpha", visitor, host: "dcs.shop.example" }).submit({ key1: "val1" });`,
    );
    assert.equal(collected.answer.uuid, own);
    assert.equal(await cookieOf(journey, "aamc", ".shop.example"), "seg=9001");
    assert.deepEqual(complaints, []);
  });

  it("the iframe of a partner's own host name sets its cookies there", async () => {
    const { run } = await journey.newcomer(SHOP);
    await run(`
      const frame = document.createElement("iframe");
      frame.src = "https://dcs.shop.example/dest5.html?d_nsid=0#" + encodeURIComponent(location.origin);
      globalThis.heard = new Promise((resolve) => { onmessage = ({ data }) => resolve(data); });
      await new Promise((resolve) => { frame.onload = resolve; document.body.append(frame); });
      frame.contentWindow.postMessage("---destpub---ibs|411|img|${encodeURIComponent("//sync.example/own?u=%did%")}|10080", "*");`);
    assert.equal(await run("return heard;"), "---destpub-to-parent---canSetThirdPartyCookies|true");
    const own = await cookieOf(journey, "demdex", "dcs.shop.example");
    const [sync] = await untilAsked(journey, "sync.example");
    assert.equal(sync?.target, `/own?u=${own}`);
    await until("dextp", () => cookieOf(journey, "dextp", "dcs.shop.example"));
  });
});
