// Opted out, refused or in error: what a page may see of an answer, and that no client is left hanging.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  cookieOf,
  type Journey,
  ORG_ID,
  startJourney,
  untilAsked,
} from "../support/browser-journey.ts";

const VISITOR = `globalThis.visitor = new Visitor({ orgId: "${ORG_ID}" });`;
const START = "return visitor.start();";
const START_AGAIN = "return visitor.start({ again: true });";
const DIL = `globalThis.dil = new Dil({ partner: "alpha", visitor: globalThis.visitor });`;
const SHOP = "https://shop.example/";
/** Loads an address as an image, as opt-out pages do. */
const LOAD = (address: string) => `
  const image = new Image();
  image.src = "${address}";
  await image.decode();
  return image.naturalWidth;`;

interface Answer {
  readonly errors?: readonly { readonly code: number; readonly msg: string }[];
  readonly d_mid?: string;
  readonly d_optout?: readonly string[];
  readonly uuid?: string;
}

describe("a page that is told no", () => {
  let journey: Journey;

  before(async () => {
    journey = await startJourney({ thirdPartyCookies: "allowed" });
  });
  after(() => journey?.[Symbol.asyncDispose]());

  const asked = (host: string) => journey.front.seen.filter((one) => one.host === host);
  const codes = ({ errors }: Answer) => errors?.map(({ code }) => code);

  it("an opt-out of the platform reaches every client, and nobody hangs", async () => {
    const { page, run, complaints } = await journey.newcomer(SHOP);
    const mid = await run<string>(VISITOR + START);
    assert.equal(await run(LOAD("https://www.demdex.net/demoptout.jpg")), 1);
    assert.equal(await cookieOf(journey, "demdex", ".demdex.net"), "NOTARGET");
    assert.equal(await cookieOf(journey, "dextp", ".demdex.net"), "NOTARGET");

    await page.reload();
    assert.equal(await run(VISITOR + START_AGAIN), mid, "the client keeps its own ID");
    const answers = await run<Answer[]>("return visitor.answers;");
    assert.deepEqual(answers.at(-1)?.d_optout, ["global"]);
    // Neither an error, which a client would take for a failure, nor anything to be synced with.
    const fields = ["d_mid", "d_optout", "d_ottl", "dcs_region", "ibs", "tid"];
    assert.deepEqual(Object.keys(answers.at(-1) ?? {}).sort(), fields);
    assert.equal(await run(`return visitor.get("MCOPTOUT");`), "global");
    assert.equal(await run("return visitor.frame;"), null);

    const { status, answer } = await run<{ status: number; answer: Answer }>(
      `${DIL} return dil.submit({ key1: "val1" });`,
    );
    assert.equal(status, 200);
    assert.deepEqual(codes(answer), [171]);
    assert.equal(answer.uuid, undefined);
    // An error is an answer like any other: the queue goes on.
    await run(`return dil.submit({ key1: "val1" });`);
    assert.equal(await cookieOf(journey, "demdex", ".demdex.net"), "NOTARGET");
    assert.deepEqual(complaints, []);
  });

  it("a stranger who opted out makes an ID of its own, asks once more, and is done", async () => {
    const { run } = await journey.newcomer(SHOP);
    await run(LOAD("https://www.demdex.net/demoptout.jpg"));
    const mid = await run<string>(VISITOR + START);
    assert.match(mid, /^\d{38}$/);
    const answers = await run<Answer[]>("return visitor.answers;");
    assert.deepEqual(
      answers.map((answer) => answer.d_mid),
      [undefined, mid],
    );
    assert.match(asked("dpm.demdex.net")[1]?.target ?? "", /d_fieldgroup=AAM&.*&d_mid=\d{38}/);
  });

  it("the iframe of an opted-out browser fires nothing, whatever it is sent", async () => {
    const { run, complaints } = await journey.newcomer(SHOP);
    await run(LOAD("https://www.demdex.net/demoptout.jpg"));
    const sync = encodeURIComponent("https://sync.example/no");
    await run(`${VISITOR}
      visitor.attach("alpha");
      await visitor.verdict.promise;
      visitor.post("---destpub---", "ibs|411|img|${sync}|10080");
      visitor.post("---destpub---", "dests|1|img|${sync}");
      visitor.post("---destpub-combined---", "ibs|411|img|${sync}|10080%01dests|1|img|${sync}");
      visitor.post("---destpub-clear-dextp---");
      await visitor.loaded;`);
    // Another iframe of that host runs after them. Then the opt-out ends, and what is sent now is heard.
    await run(`
      const other = document.createElement("iframe");
      other.src = "https://alpha.demdex.net/dest5.html?second#" + encodeURIComponent(location.origin);
      await new Promise((resolve) => { other.onload = resolve; document.body.append(other); });`);
    assert.equal(await cookieOf(journey, "dextp", ".demdex.net"), "NOTARGET");
    await journey.browser.context.clearCookies({ name: "demdex" });
    const mark = encodeURIComponent("https://dest.example/mark");
    await run(`visitor.post("---destpub---", "dests|1|img|${mark}");`);
    await untilAsked(journey, "dest.example");
    assert.equal(asked("sync.example").length, 0);
    assert.deepEqual(complaints, []);
  });

  it("an opt-out from one partner leaves the MID and ends the collection", async () => {
    const { run, complaints } = await journey.newcomer(SHOP);
    const mid = await run<string>(VISITOR + START);
    await run(LOAD(`https://alpha.demdex.net/demoptout.jpg?d_mid=${mid}`));
    assert.equal(await run(VISITOR + START_AGAIN), mid);
    const answers = await run<Answer[]>("return visitor.answers;");
    assert.equal(answers[0]?.d_mid, mid);
    assert.equal(answers[0]?.d_optout, undefined);
    const { answer } = await run<{ answer: Answer }>(`${DIL} return dil.submit({ key1: "val1" });`);
    assert.deepEqual(codes(answer), [171]);
    assert.equal(await cookieOf(journey, "aamc", ".shop.example"), null);
    assert.deepEqual(complaints, []);
  });

  it("error answers can be read by the page, with credentials, by GET and POST", async () => {
    const { run, complaints } = await journey.newcomer(SHOP);
    const rows: readonly (readonly [string, string, number])[] = [
      ["GET", "https://nobody.demdex.net/event?d_rtbd=json", 1],
      ["GET", "https://dpm.demdex.net/id?d_orgid=nobody&d_ver=2", 2],
      ["POST", "https://alpha.demdex.net/event?d_rtbd=json&d_uuid=1", 102],
      ["GET", "https://alpha.demdex.net/event?d_rtbd=json&d_mid=1", 101],
      ["POST", "https://alpha.demdex.net/event?d_rtbd=json&a=%zz", 311],
      ["GET", "https://alpha.demdex.net/firstevent?d_rtbd=json", 172],
      ["GET", "https://dpm.demdex.net/id/rd?d_orgid=none&d_ver=2", 2],
    ];
    for (const [method, address, code] of rows) {
      const { status, answer } = await run<{ status: number; answer: Answer }>(`
        const response = await fetch("${address}", {
          method: "${method}",
          credentials: "include",
          headers: { "Content-Type": "application/x-www-form-urlencoded" },
        });
        return { status: response.status, answer: await response.json() };`);
      assert.equal(status, 200, address);
      assert.deepEqual(codes(answer), [code], address);
    }
    assert.deepEqual(
      journey.front.seen.filter(({ method }) => method === "OPTIONS"),
      [],
    );
    assert.deepEqual(complaints, []);
  });

  it("a request that is not simple is allowed by its preflight", async () => {
    const { run, complaints } = await journey.newcomer(SHOP);
    const answer = await run<Answer>(`
      const response = await fetch("https://alpha.demdex.net/event?d_rtbd=json", {
        method: "POST",
        credentials: "include",
        headers: { "X-Requested-With": "a page", "Content-Type": "application/x-www-form-urlencoded" },
        body: "key1=val1",
      });
      return response.json();`);
    assert.match(answer.uuid ?? "", /^\d{38}$/);
    assert.deepEqual(
      asked("alpha.demdex.net").map(({ method }) => method),
      ["OPTIONS", "POST"],
    );
    assert.deepEqual(complaints, []);
  });

  it("a sandboxed page, whose origin is null, can read its answer", async () => {
    const { run } = await journey.newcomer(SHOP);
    const uuid = await run<string>(`
      const frame = document.createElement("iframe");
      frame.setAttribute("sandbox", "allow-scripts");
      const heard = new Promise((resolve) => { onmessage = ({ data }) => resolve(data); });
      frame.srcdoc = "<script>fetch('https://alpha.demdex.net/event?d_rtbd=json', { credentials: 'include' })" +
        ".then((r) => r.json()).then((a) => parent.postMessage(a.uuid, '*'), (e) => parent.postMessage(String(e), '*'))</" + "script>";
      document.body.append(frame);
      return heard;`);
    assert.match(uuid, /^\d{38}$/);
    assert.equal(asked("alpha.demdex.net")[0]?.headers["origin"], "null");
  });
});
