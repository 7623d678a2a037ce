// What the documentation says of the visitor ID service, of ID syncs and of opt-outs, and no vector shows.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DEVICE, DPM, MID, ORG, OTHER_DEVICE, wire, wireWorld } from "./wire-calls.ts";

const ID = `/id?d_ver=2&${ORG}`;
const EVENT = "/event?d_rtbd=json";
const COOKIE = `demdex=${DEVICE}`;
const CONFIRM = { settings: { cookieConfirm: true } };

test("the visitor ID service answers a callback, and a call without a version", async () => {
  const world = wireWorld();
  const { reply } = await wire(world, `/id?${ORG}&d_mid=${MID}&d_cb=s_c_il%5B0%5D.f`, DPM);
  assert.ok(reply.body.startsWith(`s_c_il[0].f({"d_mid":"${MID}"`), reply.body);
});

test("on the partner's own host the visitor ID service needs no org", async () => {
  assert.equal((await wire(wireWorld(), `/id?d_mid=${MID}`)).body["d_mid"], MID);
});

test("a visitor ID call with d_verify is sent to a second leg with a new cookie", async () => {
  const world = wireWorld(CONFIRM);
  const { reply } = await wire(world, `${ID}&d_verify=1&x=%20`, DPM);
  assert.equal(reply.location, `https://dpm.demdex.net/id/rd?d_ver=2&${ORG}&d_verify=1&x=%20`);
  const cookie = reply.cookies[0]?.split(";", 1)[0] ?? "";
  assert.match(cookie, /^demdex=\d{38}$/);
  const second = await wire(world, `/id/rd?d_ver=2&${ORG}&d_verify=1`, { ...DPM, cookie });
  assert.match(String(second.body["d_mid"]), /^\d{38}$/);
});

test("the second leg of the visitor ID service without a cookie is error 172 and no ID", async () => {
  const { body, codes } = await wire(wireWorld(), `/id/rd?d_ver=2&${ORG}`, DPM);
  assert.equal(codes, "172");
  assert.equal(body["error_msg"], "Blocked cookies");
  assert.ok(!("d_mid" in body));
});

test("under child protection each call has another MID, no syncs and no cookie", async () => {
  const world = wireWorld();
  const ask = () => wire(world, `${ID}&d_coppa=true`, { ...DPM, cookie: COOKIE });
  const [first, second] = [await ask(), await ask()];
  assert.notEqual(first.body["d_mid"], second.body["d_mid"]);
  assert.deepEqual([first.body["ibs"], first.reply.cookies], [[], []]);
});

test("who has opted out with the partner keeps the MID, and is told to nobody", async () => {
  const world = wireWorld();
  await wire(world, `/demoptout?d_uuid=${DEVICE}`);
  const { body, codes, reply } = await wire(world, `${ID}&d_mid=${MID}`, DPM);
  assert.deepEqual([codes, body["d_mid"], body["ibs"], reply.cookies], ["171", MID, [], []]);
  assert.ok(!("d_optout" in body) && !("error_msg" in body));
});

test("the state of an opt-out is read from the cookie, and nothing else happens", async () => {
  const ask = (cookie: string) => wire(wireWorld(), `/optOutStatus?${ORG}`, { ...DPM, cookie });
  const { body, reply } = await ask(COOKIE);
  assert.deepEqual(Object.keys(body).sort(), ["d_ottl", "dcs_region", "tid"]);
  assert.deepEqual(reply.cookies, []);
  assert.deepEqual((await ask("demdex=NOTARGET")).body["d_optout"], ["global"]);
});

test("a sync names the device by d_uuid or by its old name, and sets no cookie then", async () => {
  for (const name of ["d_uuid", "ddsuuid"]) {
    const world = wireWorld();
    const target = `/ibs:dpid=3001&dpuuid=abc&${name}=${OTHER_DEVICE}`;
    assert.deepEqual((await wire(world, target, DPM)).reply.cookies, []);
    const { body } = await wire(world, `${EVENT}&d_cid=3001%01abc`);
    assert.equal(body["uuid"], OTHER_DEVICE);
  }
});

test("a sync on the sync host sets both cookies, with the same ID", async () => {
  const { reply } = await wire(wireWorld(), "/ibs:dpid=3001&dpuuid=abc", {
    ...DPM,
    cookie: COOKIE,
  });
  assert.deepEqual(
    reply.cookies.map((line) => [line.split(";", 1)[0], /Domain=([^;]+)/.exec(line)?.[1]]),
    [
      [`dpm=${DEVICE}`, ".dpm.demdex.net"],
      [COOKIE, ".demdex.net"],
    ],
  );
});

test("a sync redirects only where its data source allows, and stores nothing otherwise", async () => {
  const world = wireWorld({ dataSource3001: { redirectAllowList: ["adnet.example"] } });
  const sync = (redirect: string) =>
    wire(world, `/ibs:dpid=3001&dpuuid=abc&redir=${encodeURIComponent(redirect)}`, {
      ...DPM,
      cookie: COOKIE,
    });
  for (const bad of ["https://evil.example/", "javascript:alert(1)", "//adnet.example/"]) {
    const { reply, codes } = await sync(bad);
    assert.deepEqual([reply.status, reply.location, codes], [200, undefined, "311"]);
  }
  assert.notEqual((await wire(world, `${EVENT}&d_cid=3001%01abc`)).body["uuid"], DEVICE);
});

test("macros of consent are filled into the target of a sync", async () => {
  const target = "https://a.example/?g=${GDPR}&c=${GDPR_CONSENT_565}&u=${DD_UUID}";
  const path = `/ibs:dpid=3001&dpuuid=abc&redir=${encodeURIComponent(target)}`;
  const { reply } = await wire(wireWorld(), path, { ...DPM, cookie: COOKIE });
  assert.equal(reply.location, `https://a.example/?g=0&c=&u=${DEVICE}`);
});

test("a sync of a browser without a cookie is sent to a second leg where cookies are tested", async () => {
  const world = wireWorld(CONFIRM);
  const { reply } = await wire(world, "/ibs:dpid=3001&dpuuid=a%20b?x=1", DPM);
  const second = "/demconf.jpg?et:ibs%7cdata:dpid=3001&dpuuid=a%20b?x=1";
  assert.equal(reply.location, `https://dpm.demdex.net${second}`);
  assert.equal((await wire(world, second, DPM)).codes, "172");
});

test("an opt-out without IDs means the browser: the partner's on its host, the platform's elsewhere", async () => {
  const world = wireWorld();
  const partner = await wire(world, "/demoptout", { cookie: COOKIE });
  assert.deepEqual([partner.codes, partner.reply.form], ["171", "pixel"]);
  assert.equal((await wire(world, `${EVENT}&d_uuid=${DEVICE}`)).codes, "171");
  for (const host of ["dpm.demdex.net", "www.demdex.net"]) {
    const { reply } = await wire(world, "/demoptout", { host });
    assert.match(reply.cookies[0] ?? "", /^demdex=NOTARGET;/);
  }
});

test("an opt-out at www ignores IDs", async () => {
  const world = wireWorld();
  await wire(world, `/demoptout.jpg?d_uuid=${DEVICE}`, { host: "www.demdex.net" });
  assert.equal((await wire(world, `${EVENT}&d_uuid=${DEVICE}`)).codes, "");
});

test("an opt-out with nobody to flag says only where it was answered", async () => {
  const { body, codes } = await wire(wireWorld(), "/demoptout?d_rtbd=json");
  assert.deepEqual([Object.keys(body), codes], [["dcs_region", "tid"], ""]);
});

test("an opt-out by the deprecated pair means the device behind it", async () => {
  const world = wireWorld();
  await wire(world, `${EVENT}&d_uuid=${DEVICE}&d_cid=1001%01u1`);
  await wire(world, "/demoptout?d_dpid=1001&d_dpuuid=u1");
  assert.equal((await wire(world, `${EVENT}&d_uuid=${DEVICE}`)).codes, "171");
  assert.equal((await wire(world, `${EVENT}&d_uuid=${OTHER_DEVICE}&d_cid=1001%01u1`)).codes, "");
});

test("an opt-out by customer ID means the ID and the device it was last linked to", async () => {
  const world = wireWorld();
  await wire(world, `${EVENT}&d_uuid=${DEVICE}&d_cid=1001%01u1`);
  await wire(world, "/demoptout?d_cid=1001%01u1");
  assert.equal((await wire(world, `${EVENT}&d_uuid=${DEVICE}`)).codes, "171");
  assert.equal((await wire(world, `${EVENT}&d_uuid=${OTHER_DEVICE}&d_cid=1001%01u1`)).codes, "171");
});

test("the way back undoes an opt-out where it is turned on", async () => {
  const world = wireWorld({ settings: { demoptin: true } });
  await wire(world, `/demoptout?d_uuid=${DEVICE}`);
  await wire(world, `/demoptin?d_uuid=${DEVICE}`);
  assert.equal((await wire(world, `${EVENT}&d_uuid=${DEVICE}`)).codes, "");
});
