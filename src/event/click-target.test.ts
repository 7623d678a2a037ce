import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClickMacros, fillClickTarget } from "./click-target.ts";

const PARAMETERS: Readonly<Record<string, string>> = {
  ...{ d_creative: "1235", d_campaign: "47 09", d_src: "203", d_dpid: "1001" },
};

const MACROS: ClickMacros = {
  parameter: (name) => PARAMETERS[name] ?? null,
  device: "22920112968019678612904394744954398990",
  mid: () => "22845954047972068642896981047981475499",
  declaredId: "a/b",
  region: 6,
  gdpr: "1",
  gdprConsent: "C=",
  random: () => 0.5,
};

const ROWS: readonly (readonly [decodedOnce: string, filled: string | null])[] = [
  ["http://a.example/?c=%d_creative%", "http://a.example/?c=1235"],
  ["http%3A%2F%2Fa.example%2F%3Fc%3D%25d_creative%25", "http://a.example/?c=1235"],
  ["HTTPS%3a%2f%2fa.example%2F", "HTTPS://a.example/"],
  ["http%253A%252F%252Fa.example", "http%253A%252F%252Fa.example"],
  ["http%3A%2F%2Fa.example%2F%2B%C3%A9", "http://a.example/+é"],
  ["http%3A%2F%2Fa.example%2F%zz", null],
  ["https://a.example/?x=%zz%20+", "https://a.example/?x=%zz%20+"],
  ["https://a.example/?x=%D_Campaign%&s=%d_site%", "https://a.example/?x=47%2009&s="],
  ["https://a.example/?x=%d_adsrc%%unknown%", "https://a.example/?x=%d_adsrc%%unknown%"],
  [
    "https://a.example/?d=%d_id%&p=%d_dpuuid%&r=%d_region%",
    "https://a.example/?d=1001&p=a%2Fb&r=6",
  ],
  ["https://a.example/?n=%r_rand%", "https://a.example/?n=1073741824"],
  ["https://a.example/?g=${GDPR}&c=${gdpr_consent_7}", "https://a.example/?g=1&c=C%3D"],
  ["//a.example/", "//a.example/"],
];

for (const [decodedOnce, filled] of ROWS) {
  test(`${decodedOnce} leads to ${filled ?? "nowhere"}`, () => {
    assert.equal(fillClickTarget(decodedOnce, MACROS), filled);
  });
}

test("of who the visitor is only the macros that ask get to know", () => {
  const target = "https://a.example/?u=%d_uuid%&m=%d_mid%";
  assert.equal(
    fillClickTarget(target, MACROS),
    `https://a.example/?u=${MACROS.device}&m=${MACROS.mid()}`,
  );
  const nobody = { ...MACROS, device: "", mid: () => "", declaredId: "" };
  assert.equal(fillClickTarget(target, nobody), "https://a.example/?u=&m=");
});
