import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { readWorkspaceFile } from "../../src/catalog/workspace-text.ts";
import { listenOrElsewhere } from "../listen.ts";
import { DcsClient } from "./dcs-client.ts";
import { anAnswer, FAKE_UUID, type Script, startFakeDcs } from "./fake-dcs.ts";
import { PRODUCTS } from "./goods.ts";
import { personalise, SEGMENTS } from "./personalise.ts";
import { createSite } from "./site.ts";

const WORKSPACE = new URL("../workspace.yaml", import.meta.url);
/** So long that no busy machine makes an answer late. */
const PATIENT_MS = 30_000;
const NEUTRAL = /For where the land runs out/;

interface Visit {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  readonly cookies: readonly string[];
}

/** Starts the site before a DCS that answers by a script, and hands out a way to ask for pages. */
async function withSite(
  script: Script,
  story: (
    visit: (path: string, init?: RequestInit) => Promise<Visit>,
    asked: readonly { readonly host: string; readonly query: URLSearchParams }[],
  ) => Promise<void>,
  timeoutMs = PATIENT_MS,
): Promise<void> {
  await using fake = await startFakeDcs(script);
  const dcs = new DcsClient({ endpoint: fake.endpoint, host: "demo.dcs.test", timeoutMs });
  const site = createSite({ dcs, names: new Map([[6001, "Shopping & <b>"]]) });
  const address = await listenOrElsewhere(site, 0);
  try {
    await story(async (path, init) => {
      const response = await fetch(address + path, { redirect: "manual", ...init });
      const text = await response.text();
      const cookies = response.headers.getSetCookie();
      return { status: response.status, text, headers: response.headers, cookies };
    }, fake.asked);
  } finally {
    dcs.close();
    site.closeAllConnections();
    await new Promise((resolve) => site.close(resolve));
  }
}

describe("the demo's workspace", () => {
  const read = readWorkspaceFile(readFileSync(WORKSPACE, "utf8"), "yaml");

  it("reads without a fault or a warning", () => {
    assert.ok(read.ok, JSON.stringify(read));
    assert.deepEqual(read.value.warnings, []);
    assert.ok(read.value.workspace.traits.length >= 20);
    assert.ok(read.value.workspace.segments.length >= 10);
  });

  it("has exactly the segments that the site changes by", () => {
    const sids = read.ok ? read.value.workspace.segments.map((segment) => segment.sid) : [];
    assert.deepEqual(Object.values(SEGMENTS), sids);
  });

  it("has something to say to every segment, and names only products that exist", () => {
    const skus = new Set(PRODUCTS.map((product) => product.sku));
    for (const segment of Object.values(SEGMENTS)) {
      const { changes, picks } = personalise([segment]);
      assert.ok(changes.length > 0, `segment ${segment} changes nothing`);
      assert.ok(changes.every((change) => change.segment === segment));
      assert.deepEqual(
        picks.skus.filter((sku) => !skus.has(sku)),
        [],
      );
    }
  });
});

describe("a page view", () => {
  it("makes one call, named by the partner's host, and keeps ID and region in a cookie", async () => {
    await withSite(
      () => anAnswer([]),
      async (visit, asked) => {
        const { cookies, text } = await visit("/c/running-shoes");
        assert.equal(asked.length, 1);
        assert.equal(asked[0]?.host, "demo.dcs.test");
        assert.equal(asked[0]?.query.get("c_category"), "running-shoes");
        assert.equal(asked[0]?.query.get("d_uuid"), null);
        assert.ok(text.includes(FAKE_UUID));
        assert.ok(
          cookies.includes(
            `tideline_visitor=${FAKE_UUID}.6; Path=/; HttpOnly; SameSite=Lax; Max-Age=15552000`,
          ),
        );
        await visit("/", {
          headers: { cookie: `tideline_visitor=${FAKE_UUID}.6; tideline_visit=1` },
        });
        assert.equal(asked[1]?.query.get("d_uuid"), FAKE_UUID);
        assert.equal(asked[1]?.query.has("c_visit"), false);
      },
    );
  });

  it("changes by the segments in the answer, and escapes whatever it shows", async () => {
    await withSite(
      () => anAnswer([6001]),
      async (visit) => {
        const { text } = await visit("/");
        assert.match(text, /The right shoe is the one you forget/);
        assert.match(text, /Shopping &amp; &lt;b&gt;/);
        const search = await visit(`/search?q=${encodeURIComponent("<img src=x onerror='1'>\"")}`);
        assert.ok(!search.text.includes("<img"));
        assert.match(search.text, /&lt;img src=x onerror=&#39;1&#39;&gt;&quot;/);
      },
    );
  });

  it("allows neither scripts nor anything from elsewhere", async () => {
    await withSite(
      () => anAnswer([]),
      async (visit) => {
        const { text, headers } = await visit("/");
        const policy = headers.get("content-security-policy") ?? "";
        assert.match(policy, /^default-src 'none'; style-src 'self'; /);
        assert.doesNotMatch(policy, /unsafe|https?:|\*/);
        assert.doesNotMatch(text, /<script|\sstyle=|\son[a-z]+=/);
      },
    );
  });

  it("sets the cookies of cookie destinations, encoded, but never one of its own", async () => {
    const stuff = [
      { cn: "aud", cv: "aud=shoes,hills; x", ttl: 30, dmn: "" },
      { cn: "gone", cv: "0", ttl: -1, dmn: "" },
      { cn: "tideline_visitor", cv: "stolen", dmn: "" },
      { cn: "bad\r\nname", cv: "x", dmn: "" },
    ];
    await withSite(
      () => anAnswer([], { stuff }),
      async (visit) => {
        const { cookies } = await visit("/");
        const others = cookies.filter((line) => !line.includes("HttpOnly"));
        assert.deepEqual(others, [
          "aud=aud%3Dshoes%2Chills%3B%20x; Path=/; SameSite=Lax; Max-Age=2592000",
          "gone=0; Path=/; SameSite=Lax; Max-Age=0",
        ]);
      },
    );
  });

  it("of a page that does not exist, or a file, calls nobody", async () => {
    await withSite(
      () => anAnswer([]),
      async (visit, asked) => {
        for (const path of ["/nowhere", "/p/XX-1", "/a/b/c", "/favicon.ico", "/%00%ff"]) {
          assert.equal((await visit(path)).status, 404, path);
        }
        assert.equal((await visit("/site.css")).status, 200);
        assert.equal((await visit("/", { method: "DELETE" })).status, 405);
        assert.equal((await visit("/nowhere", { method: "POST" })).status, 405);
        assert.equal(asked.length, 0);
      },
    );
  });
});

describe("a form", () => {
  it("is told to the DCS once, by the page after it", async () => {
    await withSite(
      () => anAnswer([]),
      async (visit, asked) => {
        const added = await visit("/basket/add", {
          method: "POST",
          body: new URLSearchParams({ sku: "RS-101" }),
        });
        assert.equal(added.status, 303);
        assert.equal(asked.length, 0);
        const cookie = added.cookies.map((line) => line.split(";")[0]).join("; ");
        const shown = await visit("/basket", { headers: { cookie } });
        assert.equal(asked[0]?.query.get("c_event"), "basket_add");
        assert.equal(asked[0]?.query.get("c_sku"), "RS-101");
        assert.ok(shown.cookies.some((line) => /^tideline_pending=;.*Max-Age=0/.test(line)));
      },
    );
  });

  it("with cookies that somebody made up, does no harm", async () => {
    await withSite(
      () => anAnswer([]),
      async (visit, asked) => {
        const cookie = [
          "tideline_visitor=1.6",
          "tideline_basket=RS-101.XX.__proto__",
          `tideline_pending=${encodeURIComponent('{"kind":"purchase","skus":[1,"__proto__"],"postcode":5}')}`,
        ].join("; ");
        const { status, text } = await visit("/basket", { headers: { cookie } });
        assert.equal(status, 200);
        assert.match(text, /Sanderling/);
        assert.equal(asked[0]?.query.has("d_uuid"), false);
        assert.equal(asked[0]?.query.has("c_event"), false);
      },
    );
  });
});

describe("without an answer the page is served as for anybody", () => {
  const failures: readonly (readonly [string, Script, RegExp])[] = [
    ["an answer that is no JSON", () => "GIF89a", /not valid JSON/],
    ["an answer that is no object", () => [], /no JSON object/],
    [
      "an answer that lists an error",
      () => ({ errors: [{ code: 2, msg: "Unknown <org>" }], dcs_region: 6, tid: "x" }),
      /names no visitor\. 2: Unknown &lt;org&gt;\./,
    ],
    ["an answer without end", () => "x".repeat(300_000), /too large/],
  ];
  for (const [name, script, reason] of failures) {
    it(name, async () => {
      await withSite(script, async (visit) => {
        const { status, text, cookies } = await visit("/");
        assert.equal(status, 200);
        assert.match(text, NEUTRAL);
        assert.match(text, reason);
        assert.ok(!cookies.some((line) => line.startsWith("tideline_visitor")));
      });
    });
  }

  it("a DCS that does not answer in time", async () => {
    const silent: Script = () => null;
    const story = async (visit: (path: string) => Promise<Visit>) => {
      const { status, text } = await visit("/");
      assert.equal(status, 200);
      assert.match(text, NEUTRAL);
      assert.match(text, /No answer within 20 ms/);
    };
    await withSite(silent, story, 20);
  });

  it("a DCS that is down, and an event that waits for it", async () => {
    const fake = await startFakeDcs(() => null);
    await fake[Symbol.asyncDispose]();
    const dcs = new DcsClient({ endpoint: fake.endpoint, host: "demo.dcs.test" });
    const site = createSite({ dcs, names: new Map() });
    const address = await listenOrElsewhere(site, 0);
    try {
      const cookie = `tideline_pending=${encodeURIComponent('{"kind":"join"}')}`;
      const response = await fetch(address, { headers: { cookie } });
      const text = await response.text();
      assert.equal(response.status, 200);
      assert.match(text, NEUTRAL);
      assert.match(text, /ECONNREFUSED/);
      const kept = response.headers.getSetCookie();
      assert.ok(!kept.some((line) => line.startsWith("tideline_pending")));
    } finally {
      dcs.close();
      site.closeAllConnections();
      site.close();
    }
  });
});
