import assert from "node:assert/strict";
import { test } from "node:test";
import type { ControlParameters } from "./control.ts";
import { MAX_BODY_BYTES, MAX_TARGET_BYTES, type ParsedCall, parseCall } from "./parse.ts";
import type { RawCall } from "./raw-call.ts";

function get(target: string, headers: readonly string[] = []): RawCall {
  const peer = { address: "192.0.2.1", secure: false, host: "alpha.example" };
  return { method: "GET", target, headers, body: null, ...peer };
}

function post(target: string, body: string, contentType?: string): RawCall {
  const headers = contentType === undefined ? [] : ["Content-Type", contentType];
  return { ...get(target, headers), method: "POST", body };
}

function controlOf(parsed: ParsedCall) {
  assert.ok(parsed.call.ok, "the call should have been readable");
  return parsed.call.value.control;
}

function assertRefused(parsed: ParsedCall, oversize = false): void {
  assert.ok(!parsed.call.ok, "the call should have been refused");
  assert.deepEqual(
    parsed.call.error.errors.map((error) => error.code),
    [311],
  );
  assert.equal(parsed.call.error.oversize, oversize);
}

test("the form is a pixel unless JSON is asked for in exactly that word", () => {
  assert.equal(parseCall(get("/event")).form.kind, "pixel");
  assert.equal(parseCall(get("/event?d_rtbd=JSON")).form.kind, "pixel");
  assert.equal(parseCall(get("/event?d_cb=f")).form.kind, "pixel");
  assert.equal(parseCall(get("/event?d_rtbd=json")).form.kind, "json");
  assert.equal(parseCall(get("/event?d_rtbd=j%73on")).form.kind, "json");
});

test("of a control parameter given twice the first counts", () => {
  const control = controlOf(parseCall(get("/event?d_uuid=1&d_uuid=2&d_mid=&d_mid=3")));
  assert.equal(control.device, "1");
  assert.equal(control.mid, null);
});

test("every list of trait IDs counts, under both names", () => {
  const control = controlOf(parseCall(get("/event?d_sid=1,2&d_px=3&d_sid=4")));
  assert.deepEqual(control.directTraits, ["1,2", "3", "4"]);
});

test("a callback is a path of names and small indexes", () => {
  const formOf = (callback: string) =>
    parseCall(get(`/event?d_rtbd=json&d_cb=${encodeURIComponent(callback)}`));
  for (const good of ["f", "a.b.c", "s_c_il[0]._setMarketingCloudFields", "$", "_x1"]) {
    assert.deepEqual(formOf(good).form, { kind: "jsonp", callback: good });
  }
  for (const bad of [
    "",
    "alert(1)//",
    "a b",
    "1a",
    "a..b",
    "a[x]",
    "a[1234567]",
    "a".repeat(129),
  ]) {
    assert.equal(formOf(bad).form.kind, "json");
    assertRefused(formOf(bad));
  }
});

test("one bad percent sign voids the request, and a JSON caller still gets JSON", () => {
  const parsed = parseCall(get("/event?a=%zz&d_rtbd=json"));
  assert.equal(parsed.form.kind, "json");
  assertRefused(parsed);
  assertRefused(parseCall(get("/event?%=1")));
  assertRefused(parseCall(post("/event", "a=%4")));
});

test("a target of 8192 octets passes and one more does not", () => {
  const query = "/event?d_rtbd=json&pad=";
  const fits = query + "a".repeat(MAX_TARGET_BYTES - query.length);
  assert.ok(parseCall(get(fits)).call.ok);
  assertRefused(parseCall(get(`${fits}a`)), true);
  assert.equal(parseCall(get(`${fits}a`)).form.kind, "json");
});

test("a body of 32768 octets passes and one more does not", () => {
  const body = "d_rtbd=json&pad=";
  const fits = body + "a".repeat(MAX_BODY_BYTES - body.length);
  assert.ok(parseCall(post("/event", fits)).call.ok);
  assertRefused(parseCall(post("/event", `${fits}a`)), true);
  assert.equal(parseCall(post("/event", `${fits}a`)).form.kind, "json");
});

test("a body is form data under the types that clients send, and nothing under others", () => {
  const types = [
    undefined,
    "",
    "application/x-www-form-urlencoded",
    "Application/X-WWW-Form-Urlencoded; charset=UTF-8",
    "text/plain;charset=UTF-8",
  ];
  for (const type of types) {
    assert.equal(controlOf(parseCall(post("/event?x=1", "d_uuid=7", type))).device, "7");
  }
  assertRefused(parseCall(post("/event?d_rtbd=json", '{"a":1}', "application/json")));
  assertRefused(parseCall(post("/event", "a=1", "multipart/form-data; boundary=x")));
  assert.ok(parseCall(post("/event?a=1", "", "application/json")).call.ok);
});

test("query and body are one list, the query first", () => {
  const parsed = parseCall(post("/event?d_cts=2&k=a", "d_cts=1&k=b"));
  assert.equal(controlOf(parsed).memberships, "sid");
  assert.ok(parsed.call.ok);
  const { parameters } = parsed.call.value;
  assert.deepEqual(parameters.names, ["d_cts", "k", "d_cts", "k"]);
  assert.equal(parameters.valueAt(3), "b");
});

test("pieces without a name or a value are kept, empty ones are not", () => {
  const parsed = parseCall(get("/event?&&a&=b&c=&d=e=f"));
  assert.ok(parsed.call.ok);
  const { parameters } = parsed.call.value;
  const pairs = parameters.names.map((name, i) => [name, parameters.valueAt(i)]);
  assert.deepEqual(pairs, [
    ["a", ""],
    ["", "b"],
    ["c", ""],
    ["d", "e=f"],
  ]);
});

test("consent belongs to the call only where consent rules apply", () => {
  assert.equal(controlOf(parseCall(get("/event?gdpr_consent=C"))).gdprConsent, "");
  assert.equal(controlOf(parseCall(get("/event?gdpr=1&gdpr_consent=C"))).gdprConsent, "C");
  assert.equal(controlOf(parseCall(get("/event?gdpr=2&gdpr_consent=C"))).gdpr, "0");
});

test("each control parameter says its own thing, and the first of a name counts, be it empty", () => {
  const said: readonly (readonly [query: string, control: Partial<ControlParameters>])[] = [
    ["d_uuid=1", { device: "1" }],
    ["d_mid=1", { mid: "1" }],
    ["d_orgid=1", { orgId: "1" }],
    ["d_sid=1&d_px=2", { directTraits: ["1", "2"] }],
    ["d_tdpid=1", { onlyDataSource: "1" }],
    ["d_tdpid_ic=1", { onlyDataSourceCode: "1" }],
    ["d_cts=1", { memberships: "legacy" }],
    ["d_dst=1", { wantsUrls: true }],
    ["d_jsonv=1", { wantsSyncs: true }],
    ["d_nsid=1", { container: 1 }],
    ["d_ptfm=ios", { platform: "ios" }],
    ["d_coppa=1", { childProtection: true }],
    ["gdpr=1&gdpr_consent=C", { gdpr: "1", gdprConsent: "C" }],
    ["d_rd=1", { redirect: "1" }],
    ["d_event=click", { isClick: true }],
    ["d_verify=1", { verifiesCookie: true }],
    ["device_consent=0&d_consent_ic=1", { refusedDeviceCode: "1" }],
    ["ddsuuid=1&redir=1&d_strict=1&d_rtbd=json&d_cb=f&d=1&d_x=1", {}],
  ];
  const nothing = controlOf(parseCall(get("/event")));
  for (const [query, control] of said) {
    const expected = { ...nothing, ...control };
    assert.deepEqual(controlOf(parseCall(get(`/event?${query}`))), expected, query);
  }
  assert.equal(controlOf(parseCall(get("/event?d_uuid=&d_uuid=1"))).device, null);
  const sync = parseCall(get("/ibs:ddsuuid=1&redir=2"), "sync");
  assert.deepEqual(controlOf(sync), { ...nothing, device: "1", redirect: "2" });
  assert.ok(parseCall(get("/event?d_strict=1")).wantsPlaces);
});
