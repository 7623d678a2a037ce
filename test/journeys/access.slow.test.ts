// Users, tokens and logins at a real node, as programs and browsers meet them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import {
  ACCESS_WORKSPACE,
  basic,
  bearer,
  Journey,
  type JourneyUser,
} from "../support/access-journey.ts";
import { type RunningNode, startNode } from "../support/start-node.ts";

const T0 = Date.UTC(2026, 0, 1, 12);

let node: RunningNode;
let journey: Journey;
let anna: JourneyUser;
before(async () => {
  const args = ["--trust-proxy", "127.0.0.1"];
  node = await startNode({ workspace: ACCESS_WORKSPACE, args });
  journey = new Journey(node);
  await setClock(T0);
  anna = await journey.user(1957, { username: "anna" });
});
after(() => node[Symbol.asyncDispose]());

async function setClock(at: number): Promise<void> {
  await journey.made("PUT", "/v1/clock", { now: new Date(at).toISOString() });
}

interface Vector {
  readonly id: string;
  readonly req: string;
  readonly body?: unknown;
  readonly status: number;
  readonly header?: string;
}

const VECTORS: readonly Vector[] = JSON.parse(
  readFileSync(new URL("../../cases/management-api.json", import.meta.url), "utf8"),
);

function vector(id: string): { readonly method: string; readonly target: string } & Vector {
  const found = VECTORS.find((each) => each.id === id);
  assert.ok(found !== undefined, id);
  const [method = "", target = ""] = found.req.split(" ");
  return { ...found, method, target: `${target}${target.includes("?") ? "&" : "?"}pid=1957` };
}

describe("the documented calls", () => {
  test("M04: an expired token is told as it always was, and to nobody else", async () => {
    const { method, target, status, header } = vector("M04");
    const { token } = await journey.token({
      ...{ roles: [{ pid: 1957, role: "viewer" }], expiresAt: T0 + 1_000 },
    });
    await setClock(T0 + 1_000);
    const answer = await journey.tell({ method, target, headers: bearer(token) });
    assert.equal(answer.status, status);
    const [name = "", value = ""] = (header ?? "").split(": ");
    const given = answer.headers[name.toLowerCase()];
    assert.equal(
      given,
      (value + header?.slice(name.length + 2 + value.length)).replace("<token>", token),
    );
    assert.ok(!answer.text.includes(token));
    assert.ok(!node.output().stderr.includes(token));
  });

  test("M17: the types of objects for which rights are given", async () => {
    const { method, target, status, body } = vector("M17");
    const answer = await journey.order(method, target.split("?")[0] ?? "");
    assert.equal(answer.status, status);
    assert.deepEqual(answer.json(), body);
    const words = await journey.made("GET", "/v1/permissionable-object-types/SEGMENT/");
    assert.deepEqual(words.perObject, [
      ...["READ", "WRITE", "CREATE", "DELETE", "MAP_TO_MODELS", "MAP_TO_DESTINATION"],
    ]);
    assert.equal((await journey.order("GET", "/v1/permissionable-object-types/X/")).status, 404);
  });

  test("M18: a username that is taken", async () => {
    const { method, target, status, body } = vector("M18");
    assert.equal((await journey.order(method, target, body)).status, 201);
    const answer = await journey.order(method, target, body);
    assert.equal(answer.status, status);
    assert.equal(JSON.parse(answer.text).error, "conflict");
  });

  test("M19: members of any of the groups", async () => {
    const { method, target, status } = vector("M19");
    const groups = await Promise.all(
      ["One", "Two"].map((name) => journey.made("POST", "/v1/groups/?pid=1957", { name })),
    );
    const ids = groups.map(({ groupId }) => groupId);
    const member = (username: string, group: number) =>
      journey.made("POST", "/v1/users/?pid=1957", { username, groups: [group] });
    await member("one", ids[0]);
    await member("two", ids[1]);
    const asked = target.replace("343", String(ids[0])).replace("12&", `${ids[1]}&`);
    const answer = await journey.order(method, asked);
    assert.equal(answer.status, status);
    const names = JSON.parse(answer.text).map(({ username }: { username: string }) => username);
    assert.deepEqual(names, ["one", "two"]);
  });

  test("M20: a permission that there is none of", async () => {
    const { method, target, status, body } = vector("M20");
    const { groupId } = await journey.made("POST", "/v1/groups/?pid=1957", { name: "Twenty" });
    const own = target.replace("/5/", `/${groupId}/`);
    assert.equal((await journey.order(method, own, body)).status, status);
    const good = [{ objectType: "SEGMENT", objectId: "1002", permissions: ["READ"] }];
    const put = await journey.order(method, own, good);
    assert.deepEqual(put.json(), [{ ...good[0], objectId: 1002 }]);
    const foreign = [{ ...good[0], objectId: 2002 }];
    assert.equal((await journey.order(method, own, foreign)).status, 403);
    const missing = await journey.order("GET", "/v1/groups/77777/permissions?pid=1957");
    assert.equal(missing.status, 400);
  });
});

test("a group is made, filled, read, and removed by DELETE or POST, all or none", async () => {
  const ids: number[] = [];
  for (const name of ["A", "B", "C"]) {
    const { groupId } = await journey.made("POST", "/api/v1/groups/?pid=1957", { name });
    ids.push(groupId);
  }
  const [first = 0, second = 0, third = 0] = ids;
  const wildcards = ["VIEW_ALL_TRAITS"];
  const put = await journey.made("PUT", `/v1/groups/${first}?pid=1957`, { wildcards });
  assert.deepEqual(put, {
    ...{ groupId: first, pid: 1957, name: "A", description: "" },
    ...{ membershipCount: 0, wildcards, users: [] },
  });
  assert.deepEqual(await journey.made("GET", `/v1/groups/${first}/?pid=1957`), put);
  const page = await journey.made("GET", "/v1/groups/?pid=1957&pageSize=1&search=view_all");
  assert.deepEqual(page, { total: 1, page: 0, pageSize: 1, list: [put] });
  const remove = (method: string, body: unknown) =>
    journey.order(method, "/v1/groups/bulk-delete?pid=1957", body);
  assert.equal((await remove("POST", [first, 77_777])).status, 404);
  assert.equal((await remove("POST", [])).status, 400);
  assert.equal((await remove("DELETE", [first, second])).status, 204);
  assert.equal((await remove("POST", [third])).status, 204);
  assert.equal((await journey.order("GET", `/v1/groups/${first}?pid=1957`)).status, 404);
});

test("a user may change names of their own, and nothing that gives rights", async () => {
  const { reading, changing } = await journey.login(anna);
  for (const target of ["/v1/self/update", "/v1/users/self"]) {
    const body = { title: "Captain", isAdmin: true, groups: [1], status: "INACTIVE" };
    const answer = await journey.tell({ method: "PUT", target, body, headers: changing });
    assert.equal(answer.status, 200, answer.text);
  }
  const self = await journey.tell({ method: "GET", target: "/v1/users/self", headers: reading });
  const { title, isAdmin, groups, status, userId } = JSON.parse(self.text);
  assert.deepEqual(
    [title, isAdmin, groups, status, userId],
    [...["Captain", false, [], "ACTIVE", anna.userId]],
  );
  const asked = await journey.tell({
    ...{ method: "POST", target: "/v1/self/reset-password", headers: changing },
  });
  assert.deepEqual(asked.json(), { sent: false });
  const entries = await journey.made("GET", "/v1/audit/?change=user.password-reset-asked");
  assert.equal(entries.list[0].objectId, String(anna.userId));
});

test("behind a token stands a technical user", async () => {
  const { token } = await journey.token({
    name: "Reports",
    roles: [{ pid: 1957, role: "viewer" }],
  });
  const self = await journey.tell({
    method: "GET",
    target: "/v1/users/self",
    headers: bearer(token),
  });
  const { pid, userId, username } = JSON.parse(self.text);
  assert.deepEqual([pid, userId, username], [1957, 0, "Reports"]);
});

test("a token is listed without itself, sorted and searched, and revoked at once", async () => {
  const made = await journey.token({ name: "Findable", roles: [{ pid: 1957, role: "viewer" }] });
  const { token, ...view } = made;
  const ask = () =>
    journey.tell({
      method: "GET",
      target: "/v1/permissionable-object-types",
      headers: bearer(token),
    });
  assert.equal((await ask()).status, 200);
  const [listed] = await journey.made("GET", "/v1/tokens/?search=findable&sortBy=name");
  assert.deepEqual({ ...listed, lastUsedAt: null }, view);
  assert.notEqual(listed.lastUsedAt, null);
  assert.equal((await journey.order("DELETE", `/v1/tokens/${view.id}`)).status, 204);
  const refused = await ask();
  assert.equal(refused.status, 401);
  assert.equal(refused.headers["www-authenticate"], 'Bearer realm="dunlin", error="invalid_token"');
});

describe("POST /oauth/token", () => {
  const ask = (headers: Readonly<Record<string, string>>, body: string) =>
    journey.tell({ method: "POST", target: "/oauth/token", headers, body });

  test("answers as documented, and its token opens the API", async () => {
    const client = await journey.token({ roles: [{ pid: 1957, role: "viewer" }] });
    const form = new URLSearchParams({
      ...{ grant_type: "password", username: anna.username, password: anna.password },
    });
    const answer = await ask(basic(client.id, client.token), form.toString());
    assert.equal(answer.status, 200, answer.text);
    const granted = JSON.parse(answer.text);
    assert.deepEqual(Object.keys(granted).sort(), [
      ...["access_token", "expires_in", "refresh_token", "scope", "token_type"],
    ]);
    assert.deepEqual([granted.token_type, granted.scope], ["bearer", "read write"]);
    const headers = bearer(granted.access_token);
    const self = await journey.tell({ method: "GET", target: "/v1/users/self", headers });
    assert.equal(JSON.parse(self.text).username, "anna");
    const again = `grant_type=refresh_token&refresh_token=${granted.refresh_token}`;
    assert.equal((await ask(basic(client.id, client.token), again)).status, 200);
    const used = await ask(basic(client.id, client.token), again);
    assert.deepEqual([used.status, JSON.parse(used.text).error], [400, "invalid_grant"]);
  });

  test("refuses strange clients, and forms elsewhere", async () => {
    const answer = await ask(basic("testId", "testSecret"), "grant_type=client_credentials");
    assert.equal(answer.status, 401);
    assert.equal(answer.headers["www-authenticate"], 'Basic realm="oauth"');
    assert.equal(JSON.parse(answer.text).error, "invalid_client");
    const headers = { ...bearer(node.token), "content-type": "application/x-www-form-urlencoded" };
    const form = { method: "POST", target: "/v1/tokens", headers, body: "name=x" };
    assert.equal((await journey.tell(form)).status, 415);
  });
});

describe("a session of the console", () => {
  test("begins with a cookie that scripts cannot read, and ends with a logout", async () => {
    const form = await journey.tell({
      ...{ method: "POST", target: "/login", body: "username=anna&password=x&typo=1" },
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    // A form holds what a login needs, and nothing else.
    assert.equal(form.status, 400);
    const { username, password } = anna;
    const answer = await journey.tell({
      ...{ method: "POST", target: "/login", body: { username, password } },
    });
    const [cookie = ""] = answer.headers["set-cookie"] ?? [];
    assert.match(cookie, /^dunlin-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    const session = await journey.login(anna);
    const shown = await journey.tell({
      method: "GET",
      target: "/session",
      headers: session.reading,
    });
    assert.equal(JSON.parse(shown.text).csrfToken, session.csrfToken);
    const out = { method: "POST", target: "/logout", headers: session.changing };
    const logout = await journey.tell(out);
    assert.equal(logout.status, 204);
    assert.match(String(logout.headers["set-cookie"]), /^dunlin-session=; .*Max-Age=0$/);
    assert.equal((await journey.tell(out)).status, 401);
  });

  test("behind a host name has a cookie that only this host can set, over TLS", async () => {
    const { username, password } = anna;
    const login = (headers: Readonly<Record<string, string>>) =>
      journey.tell({ method: "POST", target: "/login", headers, body: { username, password } });
    const named = await login({ host: "console.example.com" });
    const [cookie = ""] = named.headers["set-cookie"] ?? [];
    assert.match(
      cookie,
      /^__Host-dunlin-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
    );
    const forwarded = await login({ "x-forwarded-proto": "https" });
    assert.match(String(forwarded.headers["set-cookie"]), /^__Host-/);
    const value = (cookie.split(";")[0] ?? "").split("=")[1];
    const plain = {
      method: "GET",
      target: "/session",
      headers: { cookie: `dunlin-session=${value}` },
    };
    assert.equal(
      (await journey.tell({ ...plain, headers: { ...plain.headers, host: "console.example.com" } }))
        .status,
      401,
    );
  });

  test("is not begun from another site's page", async () => {
    const { username, password } = anna;
    const body = { username, password };
    for (const headers of [
      { origin: "https://evil.example" },
      { "sec-fetch-site": "cross-site" },
    ]) {
      const answer = await journey.tell({ method: "POST", target: "/login", headers, body });
      assert.equal(answer.status, 403);
      assert.equal(answer.headers["set-cookie"], undefined);
    }
  });

  test("changes nothing without its token, whatever the page's origin", async () => {
    const { cookie, csrfToken, changing } = await journey.login(anna);
    const origin = node.manageUrl;
    const attempts: readonly Readonly<Record<string, string>>[] = [
      { cookie },
      { cookie, origin },
      { cookie, "x-csrf-token": csrfToken },
      { cookie, origin, "x-csrf-token": `${csrfToken}x` },
      { cookie, origin: "null", "x-csrf-token": csrfToken },
      { cookie, "sec-fetch-site": "same-site", "x-csrf-token": csrfToken },
      {
        cookie,
        origin: "https://evil.example",
        "sec-fetch-site": "same-origin",
        "x-csrf-token": csrfToken,
      },
    ];
    const body = { title: "Forged" };
    const put = (headers: Readonly<Record<string, string>>) =>
      journey.tell({ method: "PUT", target: "/v1/self/update", headers, body });
    for (const headers of attempts)
      assert.equal((await put(headers)).status, 403, JSON.stringify(headers));
    assert.equal(
      (await put({ cookie, "sec-fetch-site": "same-origin", "x-csrf-token": csrfToken })).status,
      200,
    );
    assert.equal((await put(changing)).status, 200);
  });

  test("is tried again after a while when it was tried too often", async () => {
    const body = { username: "nobody-at-all", password: "x" };
    const statuses: number[] = [];
    for (let tried = 0; tried < 11; tried++) {
      const answer = await journey.tell({ method: "POST", target: "/login", body });
      statuses.push(answer.status);
      if (answer.status === 429) assert.equal(answer.headers["retry-after"], "60");
    }
    assert.deepEqual(statuses, [...Array(10).fill(401), 429]);
  });
});

test("a login is remembered with the address that a trusted proxy names", async () => {
  const headers = { "x-forwarded-for": "192.0.2.77" };
  const body = { username: anna.username, password: "Wrong-Harbour-1x" };
  await journey.tell({ method: "POST", target: "/login", headers, body });
  const { list } = await journey.made("GET", "/v1/audit?change=login.failed&limit=1");
  assert.deepEqual(list[0].after, { address: "192.0.2.77" });
  assert.equal(list[0].objectId, String(anna.userId));
});

test("the audit log is paged by time, and each partner's administrators see their own", async () => {
  await journey.made("POST", "/v1/groups/?pid=1958", { name: "Elsewhere" });
  const admin = await journey.token({ roles: [{ pid: 1958, role: "administrator" }] });
  const headers = bearer(admin.token);
  const own = await journey.tell({ method: "GET", target: "/v1/audit/?pid=1958", headers });
  const { list } = JSON.parse(own.text);
  assert.ok(list.length > 0);
  assert.ok(list.every(({ pid }: { pid: number }) => pid === 1958));
  const page = await journey.made("GET", "/v1/audit?limit=2");
  assert.equal(page.list.length, 2);
  const next = await journey.made("GET", `/v1/audit?limit=2&after=${page.next}`);
  assert.ok(next.list[0].id < page.list[1].id);
  for (const wrong of ["limit=0", "limit=1001", "from=x", "after=../x", "typo=1"]) {
    assert.equal((await journey.order("GET", `/v1/audit?${wrong}`)).status, 400, wrong);
  }
});

test("who has a temporary password is told that another one comes first", async () => {
  const given = { username: "newcomer", isAdmin: true };
  const { temporaryPassword: password } = await journey.made("POST", "/v1/users/?pid=1957", given);
  const { reading } = await journey.login({ username: "newcomer", password });
  for (const target of ["/v1/traits/", "/v1/traits/?pid=1957", "/v1/users/?pid=1957", "/metrics"]) {
    const answer = await journey.tell({ method: "GET", target, headers: reading });
    assert.equal(answer.status, 403, target);
    assert.match(
      JSON.parse(answer.text).detail,
      /another one is chosen first, by POST \/v1\/users/,
    );
  }
});

test("who may create nothing learns nothing of what a body should be", async () => {
  const { token } = await journey.token({ roles: [{ pid: 1957, role: "viewer" }] });
  const makes = async (headers: Record<string, string>, target: string) => {
    const told = { method: "POST", target, body: { typo: 1 }, headers };
    return (await journey.tell(told)).status;
  };
  const resources = ["traits", "segments", "destinations", "signals/derived", "merge-rules"];
  for (const path of resources) {
    assert.equal(await makes(bearer(token), `/v1/${path}/`), 403, path);
  }
  // Somebody who may create traits of one data source may.
  const { groupId } = await journey.made("POST", "/v1/groups/?pid=1957", { name: "Makers" });
  const right = { objectType: "TRAIT", objectId: 1002, permissions: ["CREATE"] };
  await journey.made("PUT", `/v1/groups/${groupId}/permissions?pid=1957`, [right]);
  const maker = await journey.user(1957, { username: "maker" });
  await journey.made("PUT", `/v1/users/${maker.userId}?pid=1957`, { groups: [groupId] });
  const { changing } = await journey.login(maker);
  assert.equal(await makes(changing, "/v1/traits/?pid=1957"), 400);
  assert.equal(await makes(changing, "/v1/segments/?pid=1957"), 403);
});

test("users, tokens and groups are there after a restart", async () => {
  const data = node.data;
  const { token } = await journey.token({ roles: [{ pid: 1957, role: "viewer" }] });
  const users = await journey.made("GET", "/v1/users?pid=1957");
  await node.stop();
  node = await startNode({ data, workspace: ACCESS_WORKSPACE });
  journey = new Journey(node);
  await setClock(T0 + 60_000);
  assert.deepEqual(await journey.made("GET", "/v1/users?pid=1957"), users);
  const answer = await journey.tell({
    method: "GET",
    target: "/v1/users/self",
    headers: bearer(token),
  });
  assert.equal(answer.status, 200);
});
