// Cookie tests (`cookieConfirm`): a first leg sets a cookie and sends the browser on, the second sees
// whether it came back. Both ends of it in browsers that do and do not take third-party cookies.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { cookieOf, type Journey, ORG_ID, startJourney } from "../support/browser-journey.ts";

/** Names a server of the site's own, so that the platform's cookie is to be tested. */
const VISITOR = `globalThis.visitor = new Visitor({ orgId: "${ORG_ID}", firstPartyServer: "metrics.shop.example" });`;
const START = "return visitor.start();";
const SHOP = "https://shop.example/";
const SYNC =
  "/ibs:dpid=411&dpuuid=them%2F1&redir=https%3A%2F%2Fdest.example%2Fgot%3Fu%3D%24%7BDD_UUID%7D";
const LOAD = (address: string) => `
  const image = new Image();
  await new Promise((resolve) => { image.onload = image.onerror = resolve; image.src = "${address}"; });`;

interface Answer {
  readonly d_mid?: string;
  readonly error_msg?: string;
}

interface KnownVisitor {
  readonly uuid: string | null;
  readonly profiles: readonly { readonly traits: readonly { readonly sid: number }[] }[];
}

for (const thirdPartyCookies of ["allowed", "blocked"] as const) {
  describe(`with third-party cookies ${thirdPartyCookies}`, () => {
    let journey: Journey;

    before(async () => {
      const settings = { cookieConfirm: true };
      journey = await startJourney({ thirdPartyCookies, settings });
    });
    after(() => journey?.[Symbol.asyncDispose]());

    const isTaken = thirdPartyCookies === "allowed";
    const asked = (host: string) => journey.front.seen.filter((one) => one.host === host);
    const paths = (host: string) => asked(host).map(({ target }) => target.replace(/\?.*/, ""));

    async function describeVisitor(query: string): Promise<KnownVisitor> {
      const answer = await journey.node.manage("GET", `/v1/partners/1957/visitors?${query}`);
      // The management plane's schema says so; what is not there fails the comparison.
      return answer.json() as KnownVisitor;
    }

    it("the visitor's ID is tested once, and the client ends with a MID either way", async () => {
      const { page, run, complaints } = await journey.newcomer(SHOP);
      const mid = await run<string>(VISITOR + START);
      assert.match(mid, /^\d{38}$/);
      assert.equal(await run("return visitor.isClientMade;"), !isTaken);
      const answers = await run<Answer[]>("return visitor.answers;");
      const [first, second] = asked("dpm.demdex.net");
      assert.equal(second?.target, first?.target.replace("/id?", "/id/rd?"));
      if (isTaken) {
        assert.deepEqual(paths("dpm.demdex.net"), ["/id", "/id/rd"]);
        assert.equal(answers[0]?.d_mid, mid);
        const device = await cookieOf(journey, "demdex", ".demdex.net");
        assert.equal(second?.headers["cookie"], `demdex=${device}`);
      } else {
        // Told that its cookie did not come back, it makes an ID, which the second call makes known.
        assert.deepEqual(paths("dpm.demdex.net"), ["/id", "/id/rd", "/id"]);
        assert.equal(answers[0]?.error_msg, "Blocked cookies");
        assert.equal(answers[1]?.d_mid, mid);
      }
      await page.reload();
      assert.equal(await run(`${VISITOR} return visitor.start({ again: true });`), mid);
      assert.equal(paths("dpm.demdex.net").filter((path) => path === "/id/rd").length, 1);
      assert.deepEqual(complaints, []);
    });

    it("an inbound ID sync is stored, and its redirect followed, only where the cookie came back", async () => {
      const { run } = await journey.newcomer(SHOP);
      await run(LOAD(`https://dpm.demdex.net${SYNC}`));
      assert.deepEqual(
        asked("dpm.demdex.net").map(({ target }) => target),
        [SYNC, SYNC.replace("/ibs:", "/demconf.jpg?et:ibs%7cdata:")],
      );
      const device = await cookieOf(journey, "demdex", ".demdex.net");
      assert.equal(device === null, !isTaken);
      assert.equal(await cookieOf(journey, "dpm", ".dpm.demdex.net"), device);
      assert.deepEqual(
        asked("dest.example").map(({ target }) => target),
        isTaken ? [`/got?u=${device}`] : [],
      );
      const known = await describeVisitor("dataSourceId=411&id=them%2F1");
      assert.equal(known.uuid, device);
    });

    it("a page's pixel of signals is sent on to the second leg and collected there", async () => {
      const { run } = await journey.newcomer(SHOP);
      await run(LOAD("https://alpha.demdex.net/event?key1=val1"));
      assert.deepEqual(
        asked("alpha.demdex.net").map(({ target }) => target),
        ["/event?key1=val1", "/firstevent?key1=val1"],
      );
      const device = await cookieOf(journey, "demdex", ".demdex.net");
      assert.equal(device === null, !isTaken);
      if (device === null) return;
      const { profiles } = await describeVisitor(`uuid=${device}`);
      const traits = profiles.flatMap((profile) => profile.traits.map(({ sid }) => sid));
      // One by its signal, one by the page that the browser says it is on.
      assert.deepEqual(traits, [5001, 5006]);
    });
  });
}
