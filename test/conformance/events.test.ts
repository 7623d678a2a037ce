// What the documentation says of `/event` and no vector shows.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DEVICE, MID, NO_CONSENT, OTHER_DEVICE, wire, wireWorld } from "./wire-calls.ts";

const JSON_EVENT = "/event?d_rtbd=json";

test("the bare path with a query is an event", async () => {
  const { body } = await wire(wireWorld(), `/?d_rtbd=json&d_uuid=${DEVICE}`);
  assert.equal(body["uuid"], DEVICE);
});

test("a conversion is collected like an impression, and answered by a pixel", async () => {
  const world = wireWorld();
  const pixel = await wire(world, `/event?d_event=conv&key1=val1&d_uuid=${DEVICE}`);
  assert.equal(pixel.reply.form, "pixel");
  const { body } = await wire(world, `${JSON_EVENT}&d_cts=2&d_uuid=${DEVICE}`);
  assert.deepEqual(body["segments"], [9001]);
});

test("parameters that ask for nothing change nothing", async () => {
  const ignored =
    "d_dst_filter=1&d_rs=1&d_blob=x&dcs_region=9&d_stuff=1&d_ld=_ts%3D1&d_coop_safe=1&d_coop_unsafe=1" +
    "&d_time=1&d_bust=1&d_caller=batch&d_dil_ver=9.5&_ts=1&d_visid_ver=5.5.0&d_fieldgroup=AAM&ts=1&d_cf=1";
  const asked = `${JSON_EVENT}&d_cts=2&key1=val1&d_uuid=${DEVICE}`;
  const plain = await wire(wireWorld(), asked);
  assert.deepEqual((await wire(wireWorld(), `${asked}&${ignored}`)).body, plain.body);
});

test("a shared data source is named by its code in d_cid_ns, a partner's own is not", async () => {
  const world = wireWorld();
  const shared = await wire(world, `${JSON_EVENT}&d_uuid=${DEVICE}&d_cid_ns=adnet%01u1`);
  assert.equal(shared.codes, "");
  const again = await wire(world, `${JSON_EVENT}&d_cid=3001%01u1`);
  assert.equal(again.body["uuid"], DEVICE);
  assert.equal(
    (await wire(world, `${JSON_EVENT}&d_uuid=${DEVICE}&d_cid_ns=crm%01u1`)).codes,
    "300,104",
  );
});

test("an app is told of the URL destinations of its platform", async () => {
  const { body } = await wire(
    wireWorld(),
    `${JSON_EVENT}&d_dst=1&d_ptfm=ios&key1=val1&d_uuid=${DEVICE}`,
  );
  assert.deepEqual(body["dests"], [
    { id: "7002-1", y: "img", c: `https://dest.example/ios?u=${DEVICE}` },
  ]);
});

test("the alias u is there for partners who want it", async () => {
  const target = `${JSON_EVENT}&d_uuid=${DEVICE}`;
  assert.equal((await wire(wireWorld({ alpha: { legacyU: true } }), target)).body["u"], DEVICE);
  assert.ok(!("u" in (await wire(wireWorld(), target)).body));
});

test("a click goes only where the partner allows, and is not collected otherwise", async () => {
  const world = wireWorld({ alpha: { redirectAllowList: ["shop.example"] } });
  const click = (host: string): string =>
    `/event?d_event=click&key1=val1&d_uuid=${DEVICE}&d_rd=https%3A%2F%2F${host}%2Fx`;
  const refused = await wire(world, click("evil.example"));
  assert.deepEqual(
    [refused.reply.status, refused.reply.form, refused.codes],
    [200, "pixel", "311"],
  );
  assert.deepEqual(
    (await wire(world, `${JSON_EVENT}&d_cts=2&d_uuid=${DEVICE}`)).body["segments"],
    [],
  );
  const allowed = await wire(world, click("www.shop.example"));
  assert.equal(allowed.reply.location, "https://www.shop.example/x");
});

test("a click without a target is a pixel, and one of an unknown partner or page leads nowhere", async () => {
  const world = wireWorld({ alpha: { refererAllowList: ["shop.example"] } });
  const target = "/event?d_event=click&d_rd=https%3A%2F%2Fa.example%2F";
  const bare = await wire(world, "/event?d_event=click");
  assert.deepEqual([bare.reply.form, bare.codes], ["pixel", ""]);
  const unknown = await wire(world, target, { host: "ghost.demdex.net" });
  assert.deepEqual([unknown.reply.form, unknown.codes], ["pixel", "1"]);
  const page = await wire(world, target, { headers: ["Referer", "https://evil.example/"] });
  assert.deepEqual([page.reply.form, page.codes], ["pixel", "109"]);
});

test("a refusal of consent opts the device out with the partner, and a missing string does not", async () => {
  const world = wireWorld({ alpha: { tcf: true } });
  const asks = (device: string, consent: string): string =>
    `${JSON_EVENT}&d_uuid=${device}&gdpr=1&gdpr_consent=${consent}`;
  assert.equal((await wire(world, asks(OTHER_DEVICE, ""))).codes, "315");
  assert.equal((await wire(world, asks(DEVICE, NO_CONSENT))).codes, "315");
  assert.equal((await wire(world, `${JSON_EVENT}&d_uuid=${OTHER_DEVICE}`)).codes, "");
  assert.equal((await wire(world, `${JSON_EVENT}&d_uuid=${DEVICE}`)).codes, "171");
  const elsewhere = { host: "beta.demdex.net" };
  assert.equal((await wire(world, `${JSON_EVENT}&d_uuid=${DEVICE}`, elsewhere)).codes, "");
});

test("child protection sets and reads no cookie", async () => {
  const cookie = `demdex=${DEVICE}`;
  const { reply, body } = await wire(wireWorld(), `${JSON_EVENT}&d_coppa=1`, { cookie });
  assert.deepEqual(reply.cookies, []);
  assert.notEqual(body["uuid"], DEVICE);
  const optedOut = await wire(wireWorld(), `${JSON_EVENT}&d_coppa=true`, {
    cookie: "demdex=NOTARGET",
  });
  assert.equal(optedOut.codes, "171");
});

test("in soft mode whoever comes too often hears of it in error 307", async () => {
  const rateLimit = { perId: 2, perAddress: null, windowSeconds: 60, mode: "soft" };
  const world = wireWorld({ settings: { rateLimit } });
  const codes: string[] = [];
  for (let i = 0; i < 3; i++)
    codes.push((await wire(world, `${JSON_EVENT}&d_uuid=${DEVICE}`)).codes);
  assert.deepEqual(codes, ["", "", "307"]);
});

test("whoever comes far too often is denied for a time, where that is turned on", async () => {
  const world = wireWorld({ settings: { autoDeny: { perId: 2, windowSeconds: 60, hours: 1 } } });
  const ask = async (): Promise<string> =>
    (await wire(world, `${JSON_EVENT}&d_uuid=${DEVICE}`)).codes;
  assert.deepEqual([await ask(), await ask(), await ask(), await ask()], ["", "", "", "307"]);
  world.nowMs += 3_600_001;
  assert.equal(await ask(), "");
});

test("a device is denied by its MID too, and named as the call named it", async () => {
  const world = wireWorld({ settings: { autoDeny: { perId: 1, windowSeconds: 60, hours: 1 } } });
  for (let i = 0; i < 2; i++) await wire(world, `${JSON_EVENT}&d_uuid=${DEVICE}`);
  const { reply } = await wire(world, `${JSON_EVENT}&d_mid=${MID}`);
  assert.deepEqual(reply.errors, [{ code: 307, msg: `Blocked profile operation for ${MID}` }]);
});
