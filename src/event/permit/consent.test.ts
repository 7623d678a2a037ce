import assert from "node:assert/strict";
import { test } from "node:test";
import { eventError } from "@dunlin/contract/errors";
import type { Settings } from "@dunlin/contract/workspace";
import { Segment, SegmentEncoder, TCModel } from "@iabtcf/core";
import { type ConsentVerdict, judgeConsent } from "./consent.ts";

const VENDOR = 565;
const CMP = 7;

interface Given {
  readonly purposes?: readonly number[];
  readonly vendors?: readonly number[];
  readonly cmp?: number;
}

function consentText({ purposes = [1, 10], vendors = [VENDOR], cmp = CMP }: Given = {}): string {
  const model = new TCModel();
  model.cmpId = cmp;
  model.cmpVersion = 1;
  model.consentScreen = 1;
  model.consentLanguage = "EN";
  model.vendorListVersion = 1;
  model.policyVersion = 2;
  model.purposeConsents.set([...purposes]);
  model.vendorConsents.set([...vendors]);
  return SegmentEncoder.encode(model, Segment.CORE);
}

const NO_LIST: Settings["tcf"] = { vendorId: VENDOR, onWithoutPartner: false, cmps: null };

function judge(gdprConsent: string, changes: Partial<Settings["tcf"]> = {}): ConsentVerdict {
  return judgeConsent({ gdpr: "1", gdprConsent }, { ...NO_LIST, ...changes }, true);
}

const DROPPED = { kind: "refused", errors: [eventError(315)], optsOut: false };
const REFUSED = { ...DROPPED, optsOut: true };

test("where consent does not apply a refusal is not even read, and macros say nothing of it", () => {
  const gdprConsent = consentText({ purposes: [] });
  const verdict = judgeConsent({ gdpr: "0", gdprConsent }, NO_LIST, true);
  assert.deepEqual(verdict, { kind: "consented", gdpr: "0", gdprConsent: "", warnings: [] });
});

test("where nobody asks for consent both parameters are handed on unread", () => {
  for (const gdprConsent of [consentText({ purposes: [] }), "@@@", ""]) {
    const verdict = judgeConsent({ gdpr: "1", gdprConsent }, NO_LIST, false);
    assert.deepEqual(verdict, { kind: "consented", gdpr: "1", gdprConsent, warnings: [] });
  }
});

test("a string that is missing or cannot be read ends the call and opts nobody out", () => {
  const whole = consentText();
  for (const text of ["", "@@@", whole.slice(0, 30), `B${whole.slice(1)}`, `.${whole}`]) {
    assert.deepEqual(judge(text), DROPPED, text);
  }
});

test("with consent of the vendor and of both purposes a call goes on, and macros hand the string on", () => {
  const gdprConsent = consentText({ purposes: [1, 2, 10], vendors: [2, VENDOR] });
  const verdict = judge(gdprConsent);
  assert.equal(verdict.kind, "consented");
  if (verdict.kind !== "consented") return;
  const { vendorConsent, ...rest } = verdict;
  assert.deepEqual(rest, { kind: "consented", gdpr: "1", gdprConsent, warnings: [] });
  assert.deepEqual(
    [1, 2, VENDOR].map((vendor) => vendorConsent?.(vendor)),
    [false, true, true],
  );
});

test("segments after the first, which tell of vendors disclosed, change nothing", () => {
  const gdprConsent = `${consentText()}.IAAA`;
  const verdict = judge(gdprConsent);
  assert.ok(verdict.kind === "consented" && verdict.gdprConsent === gdprConsent);
});

test("whoever withholds one of vendor and purposes is opted out", () => {
  const incomplete: readonly Given[] = [
    { purposes: [1] },
    { purposes: [10] },
    { purposes: [2, 3, 4, 5, 6, 7, 8, 9, 11] },
    { vendors: [VENDOR - 1, VENDOR + 1] },
    { purposes: [], vendors: [] },
  ];
  for (const given of incomplete) {
    assert.deepEqual(judge(consentText(given)), REFUSED, JSON.stringify(given));
  }
});

test("the vendor is the one of the settings", () => {
  assert.deepEqual(judge(consentText(), { vendorId: 12 }), REFUSED);
  assert.equal(judge(consentText({ vendors: [12] }), { vendorId: 12 }).kind, "consented");
});

test("a string of a platform that is unknown or deleted counts as none, whatever it says", () => {
  const cmps = { known: [CMP, 8], deleted: [8, 9] };
  const rows: readonly (readonly [cmp: number, code: 313 | 314 | null])[] = [
    [CMP, null],
    [8, 314],
    [9, 314],
    [10, 313],
  ];
  for (const [cmp, code] of rows) {
    for (const purposes of [[1, 10], []]) {
      const verdict = judge(consentText({ cmp, purposes }), { cmps });
      if (code === null) {
        assert.equal(verdict.kind, purposes.length > 0 ? "consented" : "refused");
        continue;
      }
      const warnings = [eventError(code)];
      assert.deepEqual(verdict, { kind: "consented", gdpr: "0", gdprConsent: "", warnings });
    }
  }
});

test("without a list of platforms none is unknown", () => {
  assert.equal(judge(consentText({ cmp: 4000 })).kind, "consented");
});
