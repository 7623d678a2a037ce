// People and programs at a node's management plane: made by its administrator, each with a way to call.

import assert from "node:assert/strict";
import type { HttpAnswer } from "./http-call.ts";
import { call, type RunningNode } from "./start-node.ts";

export const ACCESS_WORKSPACE = {
  partners: [
    { pid: 1957, alias: "alpha", name: "Alpha", orgId: "A1B2C3D4E5F60718293A4B5C@AdobeOrg" },
    { pid: 1958, alias: "beta", name: "Beta", orgId: "B1B2C3D4E5F60718293A4B5C@AdobeOrg" },
  ],
  dataSources: [
    { dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" },
    { dataSourceId: 2002, pid: 1958, name: "Site", idType: "COOKIE" },
  ],
  traits: [
    { pid: 1957, dataSourceId: 1002, sid: 5001, name: "Blue", traitRule: 'color == "blue"' },
    { pid: 1958, dataSourceId: 2002, sid: 5002, name: "Red", traitRule: 'color == "red"' },
  ],
};

/** How somebody calls: what of headers says who it is. */
export type Headers = Readonly<Record<string, string>>;

export interface Told {
  readonly method: string;
  readonly target: string;
  readonly body?: unknown;
  readonly headers?: Headers;
}

/** Every answer of a node, kept to be looked through. */
export class Journey {
  readonly node: RunningNode;
  readonly answers: { readonly told: Told; readonly answer: HttpAnswer }[] = [];

  constructor(node: RunningNode) {
    this.node = node;
  }

  async tell(told: Told): Promise<HttpAnswer> {
    const { method, target, body, headers = {} } = told;
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const type = text === undefined ? {} : { "content-type": "application/json" };
    const answer = await call(this.node.manageUrl, target, {
      ...{ method, headers: { ...type, ...headers } },
      ...(text === undefined ? {} : { body: text }),
    });
    this.answers.push({ told, answer });
    return answer;
  }

  /** By the administrator's token. */
  async order(method: string, target: string, body?: unknown): Promise<HttpAnswer> {
    return this.tell({ method, target, body, headers: bearer(this.node.token) });
  }

  /** What is answered to an order that is carried out. */
  async made(method: string, target: string, body?: unknown) {
    const answer = await this.order(method, target, body);
    assert.ok(answer.status < 300, `${method} ${target}: ${answer.text}`);
    return answer.text === "" ? null : JSON.parse(answer.text);
  }

  async token(given: object): Promise<{ readonly id: string; readonly token: string }> {
    return this.made("POST", "/v1/tokens/", { name: "some", ...given });
  }

  /** A user with a password of their own. */
  async user(pid: number, given: { readonly username: string }): Promise<JourneyUser> {
    const { userId, temporaryPassword } = await this.made("POST", `/v1/users/?pid=${pid}`, given);
    const { username } = given;
    const first = await this.login({ username, password: temporaryPassword });
    const newPassword = `Quiet-Harbour-${userId}-x`;
    const changed = await this.tell({
      ...{ method: "POST", target: "/v1/users/self/update-password", headers: first.changing },
      body: { oldPassword: temporaryPassword, newPassword },
    });
    assert.equal(changed.status, 200, changed.text);
    return { userId, username, password: newPassword, temporaryPassword };
  }

  async login({ username, password }: Login): Promise<Session> {
    const body = { username, password };
    const answer = await this.tell({ method: "POST", target: "/login", body });
    assert.equal(answer.status, 200, answer.text);
    const [cookie = ""] = (answer.headers["set-cookie"]?.[0] ?? "").split(";");
    const { csrfToken } = JSON.parse(answer.text);
    const origin = this.node.manageUrl;
    return {
      ...{ cookie, csrfToken, reading: { cookie } },
      changing: { cookie, origin, "x-csrf-token": csrfToken },
    };
  }
}

export interface Login {
  readonly username: string;
  readonly password: string;
}

export interface JourneyUser extends Login {
  readonly userId: number;
  readonly temporaryPassword: string;
}

export interface Session {
  readonly cookie: string;
  readonly csrfToken: string;
  readonly reading: Headers;
  readonly changing: Headers;
}

export function bearer(token: string): Headers {
  return { authorization: `Bearer ${token}` };
}

export function basic(id: string, secret: string): Headers {
  const text = Buffer.from(`${id}:${secret}`).toString("base64");
  return { authorization: `Basic ${text}`, "content-type": "application/x-www-form-urlencoded" };
}
