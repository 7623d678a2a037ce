import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type CheckOptions, checkQuery, denies } from "../../../test/support/declared-calls.ts";
import { plainErrors } from "../placed-error.ts";
import { MAX_ALIASES } from "./declared-ids.ts";

const IDFA = "AEBE52E7-03EE-455A-B3C4-E57283966239";
const GAID = "e4fe9bde-caa0-47b6-908d-ffba3fa184f2";

/** What is left, as "source:id:state", and the messages with their codes. */
function outcome(query: string, options: CheckOptions = {}) {
  const { ids, errors } = checkQuery(query, options);
  return {
    left: ids.map(({ dataSourceId, id, state }) => `${dataSourceId}:${id}:${state}`),
    errors: plainErrors(errors).map(({ code, msg }) => `${code} ${msg}`),
  };
}

const NONE_LEFT = "104 All customer IDs are invalid";

describe("an ID that passes", () => {
  const PASSES: readonly (readonly [query: string, ...left: string[]])[] = [
    ["d_cid=1001%01user-1", "1001:user-1:0"],
    ["d_cid=1001%01user-1%010", "1001:user-1:0"],
    ["d_cid=1001%01user-1%011", "1001:user-1:1"],
    ["d_cid=1001%01user-1%012", "1001:user-1:2"],
    ["d_cid=1001%01user-1%019", "1001:user-1:0"],
    ["d_cid=1001%01user-1%01", "1001:user-1:0"],
    ["d_cid=1001%01user-1%0111", "1001:user-1:0"],
    ["d_cid=1001%01user-1%011%01more%01x", "1001:user-1:1"],
    ["d_cid_ic=crm%01user-1%011", "1001:user-1:1"],
    ["d_cid_ic=crm%011", "1001:1:0"],
    ["d_cid_ic=adnet%01x", "3001:x:0"],
    ["d_cid_ns=adnet%01x%011", "3001:x:1"],
    ["d_cid_ns=DSID_20915%01AEBE52E7-03EE-455A-B3C4-E57283966239", `20915:${IDFA}:0`],
    ["d_cid_ic=DSID_20914%01e4fe9bde-caa0-47b6-908d-ffba3fa184f2", `20914:${GAID}:0`],
    ["d_cid=20920%01any push token/=", "20920:any push token/=:0"],
    ["d_cid=1001%01a%2Bb%3D%26c", "1001:a+b=&c:0"],
    ["d_cid=1001%01a+b", "1001:a b:0"],
    ["d_cid=1001%01%E4%B8%96%F0%9F%98%80", "1001:世😀:0"],
    ["d_cid=1001%01%ff", "1001:\ufffd:0"],
    ["d_cid=1001%01%20x%20", "1001: x :0"],
    ["d_cid=01001%01x", "1001:x:0"],
    [`d_cid=1001%01${"x".repeat(1024)}`, `1001:${"x".repeat(1024)}:0`],
    ["d_dpid=1001&d_dpuuid=u", "1001:u:1"],
    ["dpuuid=u&dpid=1001", "1001:u:1"],
    ["d_dpid=1001&dpuuid=u", "1001:u:1"],
    ["d_dpid=1001&d_dpuuid=u&dpid=1004&dpuuid=v&d_dpuuid=w", "1001:u:1"],
    ["d_cid=1001%01a&d_dpuuid=u&d_cid=1004%01b&d_dpid=1005", "1001:a:0", "1005:u:1", "1004:b:0"],
    ["d_cid=1001%01a&d_cid=1004%01b&d_dpid=1005&d_dpuuid=u", "1001:a:0", "1004:b:0", "1005:u:1"],
    ["d_dpid=1005&d_dpuuid=u&d_cid_ic=crm%01a%011", "1005:u:1", "1001:a:1"],
    ["d_cid=1001%01a&d_cid=1001%01a%011", "1001:a:0", "1001:a:1"],
    ["D_CID=1001%01a"],
    ["d_cid_ic=AVID%012A0B0C0D85032345-4000010D80000001"],
    ["d_cid_ic=AVID"],
    ["d_cid_ic=AVID%01"],
    ["d_cid_ns=AVID%01a%0Ab"],
    [""],
  ];
  for (const [query, ...left] of PASSES) {
    test(`"${query.slice(0, 90)}" gives ${left.length} and no error`, () => {
      assert.deepEqual(outcome(query, { hasOtherIdentity: false }), { left, errors: [] });
    });
  }

  test("is no login on a sync or an opt-out, however it is spelt", () => {
    const query = "d_cid=1001%01a%011&d_cid_ic=loyalty%01b%012&d_dpid=1005&d_dpuuid=u";
    const { left } = outcome(query, { use: "no-logins" });
    assert.deepEqual(left, ["1001:a:0", "1004:b:0", "1005:u:0"]);
  });
});

describe("an ID that does not", () => {
  const INVALID: readonly (readonly [query: string, shown: string])[] = [
    ["d_cid=", ""],
    ["d_cid", ""],
    ["d_cid=1001", "1001"],
    ["d_cid=1001%01", "1001%01"],
    ["d_cid=1001%01%20%09", "1001%01 \t"],
    ["d_cid=1001%01%011", "1001%01"],
    ["d_cid=%01user-1", "%01user-1"],
    ["d_cid=abc%01user-1", "abc%01user-1"],
    ["d_cid=1001x%01u", "1001x%01u"],
    ["d_cid=-1%01u", "-1%01u"],
    ["d_cid=1e3%01u", "1e3%01u"],
    ["d_cid=%201001%01u", " 1001%01u"],
    ["d_cid=0%01u", "0%01u"],
    ["d_cid=999999%01u", "999999%01u"],
    ["d_cid=9007199254740993%01u", "9007199254740993%01u"],
    ["d_cid=1001%2501u", "1001%01u"],
    ["d_cid=crm%01u", "crm%01u"],
    ["d_cid_ic=1001%01u", "1001%01u"],
    ["d_cid_ic=nope%01user-1", "nope%01user-1"],
    ["d_cid_ic=CRM%01u", "CRM%01u"],
    ["d_cid_ic=bcrm%01u", "bcrm%01u"],
    ["d_cid_ic=__proto__%01u", "__proto__%01u"],
    ["d_cid_ns=crm%01u", "crm%01u"],
    ["d_cid=AVID%01u", "AVID%01u"],
    ["d_cid=1001%01a%0Ab", "1001%01a\nb"],
    ["d_cid=1001%01a%00", "1001%01a\0"],
    ["d_cid=2001%01a%1F", "2001%01a\u001f"],
    [`d_cid=1001%01${"x".repeat(1025)}`, `1001%01${"x".repeat(249)}`],
    ["d_dpid=1001", "1001%01"],
    ["d_dpuuid=u", "%01u"],
    ["dpid=&dpuuid=u", "%01u"],
  ];
  for (const [query, shown] of INVALID) {
    test(`"${query.slice(0, 90)}" is error 300`, () => {
      const errors = [`300 Invalid customer id ${shown}`, NONE_LEFT];
      assert.deepEqual(outcome(query), { left: [], errors });
    });
  }

  test("of another partner's data source is unauthorized, and does not stop the others", () => {
    const errors = ["302 Unauthorized customer id 2001%01user-1"];
    const query = "d_cid=2001%01user-1&d_cid=1001%01u1";
    assert.deepEqual(outcome(query), { left: ["1001:u1:0"], errors });
  });

  test("has a message that holds 256 of its characters, never half of one", () => {
    const [error] = outcome(`d_cid_ic=${"x".repeat(255)}%F0%9F%98%80%01u`).errors;
    assert.equal(error, `300 Invalid customer id ${"x".repeat(255)}\ufffd`);
  });
});

describe("a call without a partner", () => {
  const partnerless: CheckOptions = { partner: null, use: "no-logins" };

  test("may name whatever may sync, by number or by shared code", () => {
    const query = "dpid=3001&dpuuid=abc&d_cid=411%01d&d_cid_ic=adnet%01e";
    assert.deepEqual(outcome(query, partnerless).left, ["3001:abc:0", "411:d:0", "3001:e:0"]);
  });

  test("learns of other data sources that they are not for it, of unknown ones that they are not", () => {
    const query = `d_cid=1001%01a&d_cid=20915%01${IDFA}&d_cid=999999%01b&d_cid_ic=crm%01c`;
    assert.deepEqual(outcome(query, partnerless).errors, [
      "302 Unauthorized customer id 1001%01a",
      `302 Unauthorized customer id 20915%01${IDFA}`,
      "300 Invalid customer id 999999%01b",
      "300 Invalid customer id crm%01c",
      NONE_LEFT,
    ]);
  });
});

describe("the format of a global device ID", () => {
  test("is error 312 once a call, and 300 for each ID", () => {
    const query = `d_cid=20915%01a53cc5a2-6aa1-4210-8ded-a88b29b6212z&d_cid=20915%01${IDFA}&d_cid_ic=DSID_20914%01${IDFA}`;
    assert.deepEqual(outcome(query), {
      left: [`20915:${IDFA}:0`],
      errors: [
        "312 Request contains an invalid Global Device ID",
        "300 Invalid customer id 20915%01a53cc5a2-6aa1-4210-8ded-a88b29b6212z",
        `300 Invalid customer id DSID_20914%01${IDFA}`,
      ],
    });
  });
});

describe("a denied ID", () => {
  const bad: CheckOptions = { isDenied: denies("customer", "1001:bad") };
  const blocked = "303 Blocked customer id 1001%01bad";

  test("is left out, the others count", () => {
    assert.deepEqual(outcome("d_cid=1001%01bad&d_cid=1001%01good", bad), {
      left: ["1001:good:0"],
      errors: [blocked],
    });
  });

  test("is all that a call which is nothing else hears of", () => {
    const checked = checkQuery("d_cid=1001%01bad", { ...bad, hasOtherIdentity: false });
    assert.deepEqual(plainErrors(checked.errors), [{ code: 303, msg: blocked.slice(4) }]);
    assert.equal(checked.noneLeft, true);
  });

  test("is followed by 104 where the call had more, an identity or other IDs", () => {
    assert.deepEqual(outcome("d_cid=1001%01bad", bad).errors, [blocked, NONE_LEFT]);
    const query = "d_cid=1001%01bad&d_cid=1001%01bad&d_cid=nope";
    const { errors } = outcome(query, { ...bad, hasOtherIdentity: false });
    assert.deepEqual(errors, [blocked, blocked, "300 Invalid customer id nope", NONE_LEFT]);
  });

  test("is named as it came, by its code too; an advertising ID bare", () => {
    const errorsOf = (query: string, isDenied: CheckOptions["isDenied"] = () => true) =>
      outcome(query, { isDenied, hasOtherIdentity: false }).errors;
    assert.deepEqual(errorsOf("d_cid_ic=crm%01bad%011", denies("customer", "1001:bad")), [
      "303 Blocked customer id crm%01bad",
    ]);
    const ofDevice = denies("customer", `20915:${IDFA}`);
    assert.deepEqual(errorsOf(`d_cid_ic=DSID_20915%01${IDFA}`, ofDevice), [
      `306 Blocked declared device id ${IDFA}`,
    ]);
    assert.deepEqual(errorsOf("d_cid_ic=crm%01x"), ["304 Blocked datasource id 1001"]);
  });

  test("of a denied data source is not looked at any further", () => {
    const options = { isDenied: denies("dataSource", "20915") };
    assert.deepEqual(outcome("d_cid=20915%01zzz&d_cid=1001%01a", options), {
      left: ["1001:a:0"],
      errors: ["304 Blocked datasource id 20915"],
    });
  });
});

describe("too many IDs", () => {
  test("of one data source: from the fourth on each is dropped, whatever names the source", () => {
    const query = "d_cid=1001%01a&d_cid_ic=crm%01b&d_cid=1001%01a&d_cid_ic=crm%01d&d_cid=1001%01e";
    const dropped = (id: string) =>
      `310 Customer id was discarded because it exceeded the limit for a given namespace. Namespace id is 1001, customer id is ${id}.`;
    assert.deepEqual(outcome(query), {
      left: ["1001:a:0", "1001:b:0", "1001:a:0"],
      errors: [dropped("d"), dropped("e")],
    });
  });

  test("of one call are counted after those of one source; the first ten stay", () => {
    const sources = [1001, 1002, 1003, 1004, 1005];
    const query = sources
      .flatMap((source) => ["a", "b", "c", "d"].map((id) => `d_cid=${source}%01${id}`))
      .join("&");
    const { left, errors } = outcome(`${query}&d_cid=nope%01x&d_cid_ic=AVID%01x`);
    assert.equal(left.length, 10);
    assert.equal(left.at(-1), "1004:a:0");
    assert.deepEqual(
      errors.map((error) => error.slice(0, 3)),
      ["300", "310", "310", "310", "310", "310", "301", "309", "309", "309", "309", "309"],
    );
    assert.equal(
      errors[6],
      "301 Maximum number of customer ids exceeded. Maximum allowed is 10. Found is 15.",
    );
    assert.equal(
      errors[7],
      "309 Customer id 1004%01b was discarded because it exceeded the limit of declared customer ids per request",
    );
  });

  test("denied and invalid ones do not count", () => {
    const isDenied = denies("customer", "1001:bad");
    const query = `${"d_cid=1001%01bad&".repeat(5)}d_cid=1001%01a&d_cid=1001%01b&d_cid=1001%01c`;
    assert.equal(outcome(query, { isDenied }).left.length, 3);
  });
});

describe("an Analytics visitor ID", () => {
  test("is an alias of the device under a key that no call can name", () => {
    const { aliases, ids } = checkQuery("d_cid_ic=AVID%012A0B%011&d_cid=1001%01a");
    assert.deepEqual(aliases, [{ dataSourceId: 0, id: "AVID\u00012A0B" }]);
    assert.equal(ids.length, 1);
  });

  test("neither saves a call whose IDs are all invalid nor is one of them", () => {
    const { errors, noneLeft } = checkQuery("d_cid_ic=AVID%01a&d_cid_ic=nope%01b");
    assert.deepEqual(
      plainErrors(errors).map(({ code }) => code),
      [300, 104],
    );
    assert.equal(noneLeft, true);
  });

  test("comes a few times at most", () => {
    const { aliases } = checkQuery("d_cid_ic=AVID%01a&".repeat(20));
    assert.equal(aliases.length, MAX_ALIASES);
  });

  test("is asked of no deny list", () => {
    const isDenied = () => true;
    assert.deepEqual(outcome("d_cid_ic=AVID%01a", { isDenied }), { left: [], errors: [] });
  });
});

test("every error says where it lies and what would have been right, without what was sent", () => {
  const query = `x=1&d_cid=1001%01secret&d_cid=2001%01secret&d_cid=zz%01secret&d_cid=20915%01secret&d_dpuuid=secret`;
  const { errors } = checkQuery(query, { isDenied: denies("customer", "1001:secret") });
  assert.deepEqual(
    errors.map(({ error, where }) => [error.code, where?.parameter, where?.index]),
    [
      [303, "d_cid", 1],
      [302, "d_cid", 2],
      [300, "d_cid", 3],
      [312, "d_cid", 4],
      [300, "d_cid", 4],
      [300, "d_dpuuid", 5],
      [104, undefined, undefined],
    ],
  );
  for (const { hint } of errors) {
    assert.match(hint, /^[A-Z].*\.$/);
    assert.doesNotMatch(hint, /secret/);
  }
});
