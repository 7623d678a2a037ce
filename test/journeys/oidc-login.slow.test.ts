// Logins by a real OpenID Connect provider, as a browser goes through them.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ACCESS_WORKSPACE } from "../support/access-journey.ts";
import type { HttpAnswer } from "../support/http-call.ts";
import { call, type RunningNode, startNode } from "../support/start-node.ts";

const PROVIDER = fileURLToPath(new URL("../support/login-provider.js", import.meta.url));
const GROUPS = {
  anna: ["admins"],
  bert: ["shop", "other"],
  carl: ["other"],
  dora: ["shop"],
  emil: ["shop"],
};
const SECRET = "a-secret-of-the-provider";

let provider: ChildProcess;
let issuer: string;
let node: RunningNode;
before(async () => {
  provider = spawn(process.execPath, [PROVIDER, JSON.stringify(GROUPS)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  assert.ok(provider.stdout);
  const [line] = await once(provider.stdout.setEncoding("utf8"), "data");
  issuer = String(line).trim();
  const port = await freePort();
  const args = ["--manage", `127.0.0.1:${port}`, "--oidc-base", `http://127.0.0.1:${port}`];
  args.push("--oidc-issuer", issuer, "--oidc-client-id", "dunlin", "--log", "trace");
  args.push("--oidc-roles", "admins=installation,shop=1957:editor");
  const env = { DUNLIN_OIDC_CLIENT_SECRET: SECRET };
  node = await startNode({ workspace: ACCESS_WORKSPACE, clock: "system", args, env });
});
after(async () => {
  await node[Symbol.asyncDispose]();
  provider.kill();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  // It listens on a host and a port.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** A browser: cookies by origin, redirects followed as far as the test says. */
class Browser {
  readonly #cookies = new Map<string, Map<string, string>>();

  async go(url: string, form?: string): Promise<HttpAnswer> {
    const { origin, pathname, search } = new URL(url);
    const jar = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const body = form === undefined ? {} : { body: form };
    const type = form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
    const method = form === undefined ? "GET" : "POST";
    const headers = { cookie, ...type };
    const answer = await call(origin, `${pathname}${search}`, { method, headers, ...body });
    for (const line of answer.headers["set-cookie"] ?? []) {
      const [name = "", value = ""] = (line.split(";")[0] ?? "").split("=", 2);
      if (value === "") jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  /** Follows redirects, fills the provider's forms, and gives the address that leads back to us. */
  async signIn(name: string): Promise<string> {
    let url = `${node.manageUrl}/oidc/login`;
    let answer = await this.go(url);
    for (let step = 0; step < 20; step++) {
      const { location } = answer.headers;
      if (location !== undefined) {
        url = new URL(location, url).href;
        if (url.startsWith(`${node.manageUrl}/oidc/callback`)) return url;
        answer = await this.go(url);
        continue;
      }
      const action = /action="([^"]+)"/.exec(answer.text)?.[1];
      assert.ok(action !== undefined, answer.text);
      url = new URL(action, url).href;
      const isLogin = answer.text.includes('name="login"');
      answer = await this.go(
        url,
        isLogin ? `prompt=login&login=${name}&password=x` : "prompt=consent",
      );
    }
    throw new Error("The provider led nowhere.");
  }

  async session(): Promise<HttpAnswer> {
    return this.go(`${node.manageUrl}/session`);
  }
}

async function signedIn(name: string) {
  const browser = new Browser();
  const answer = await browser.go(await browser.signIn(name));
  return { browser, answer };
}

describe("a login by the provider", () => {
  test("makes the user, with the roles of the claim, and begins a session", async () => {
    const { browser, answer } = await signedIn("bert");
    assert.equal(answer.status, 200, answer.text);
    const { user } = JSON.parse((await browser.session()).text);
    const { pid, username, email, firstName, roles, passwordState, isAdmin } = user;
    assert.deepEqual(
      { pid, username, email, firstName, roles, passwordState, isAdmin },
      {
        ...{ pid: 1957, username: "bert", email: "bert@example.com", firstName: "BERT" },
        ...{ roles: [{ pid: 1957, role: "editor" }], passwordState: "NONE", isAdmin: false },
      },
    );
    const traits = await browser.go(`${node.manageUrl}/v1/traits/`);
    assert.equal(traits.status, 200, traits.text);
    assert.equal((await browser.go(`${node.manageUrl}/v1/users/`)).status, 403);
  });

  test("again is the same user", async () => {
    const ids: number[] = [];
    for (let times = 0; times < 2; times++) {
      const { browser } = await signedIn("anna");
      const { user } = JSON.parse((await browser.session()).text);
      assert.equal(user.isInstallationAdministrator, true);
      ids.push(user.userId);
    }
    assert.equal(ids[0], ids[1]);
  });

  test("of whom the provider says nothing is refused, and makes nobody", async () => {
    const { browser, answer } = await signedIn("carl");
    assert.equal(answer.status, 403);
    assert.equal((await browser.session()).status, 401);
    assert.doesNotMatch((await node.manage("GET", "/v1/users?pid=1957")).text, /carl/);
  });

  test("of a user whom an administrator has locked is refused", async () => {
    const { browser } = await signedIn("dora");
    const { user } = JSON.parse((await browser.session()).text);
    const target = `/v1/users/${user.userId}?pid=1957`;
    assert.equal((await node.manage("PUT", target, { status: "LOCKED" })).status, 200);
    assert.equal((await browser.session()).status, 401);
    assert.equal((await signedIn("dora")).answer.status, 403);
  });

  test("never lets anybody be a local user of the same name", async () => {
    const given = { username: "emil", isAdmin: true };
    const made = await node.manage("POST", "/v1/users?pid=1957", given);
    assert.equal(made.status, 201);
    const { browser } = await signedIn("emil");
    const { user } = JSON.parse((await browser.session()).text);
    assert.notEqual(user.userId, JSON.parse(made.text).userId);
    assert.deepEqual([user.username, user.isAdmin], ["emil (emil)", false]);
  });
});

describe("what comes back from the provider is refused", () => {
  test("in a browser that did not go there", async () => {
    const url = await new Browser().signIn("bert");
    const answer = await new Browser().go(url);
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.headers["set-cookie"], undefined);
  });

  test("in a browser that went there for another login", async () => {
    const url = await new Browser().signIn("bert");
    const other = new Browser();
    await other.signIn("anna");
    const answer = await other.go(url);
    assert.equal(answer.status, 401, answer.text);
    assert.equal((await other.session()).status, 401);
  });

  test("a second time", async () => {
    const browser = new Browser();
    const url = await browser.signIn("bert");
    assert.equal((await browser.go(url)).status, 200);
    assert.equal((await browser.go(url)).status, 400);
  });

  test("with another code, or none", async () => {
    const changes: readonly (readonly [RegExp, string])[] = [
      [/code=[^&]+/, "code=planted"],
      [/state=[^&]+/, "state=planted"],
      [/\?.*$/, ""],
    ];
    for (const [what, planted] of changes) {
      const browser = new Browser();
      const url = await browser.signIn("bert");
      const answer = await browser.go(url.replace(what, planted));
      assert.equal(answer.status, 401, answer.text);
    }
  });
});

test("neither the secret nor a code is in the log", () => {
  const { stderr } = node.output();
  assert.match(stderr, /oidc\/callback/);
  assert.doesNotMatch(stderr, new RegExp(`${SECRET}|code=|planted`));
});
