// A stand-in for the DCS in tests of the site: it says what it is told to say, and remembers who asked.

import { createServer, type IncomingMessage } from "node:http";
import { listenOrElsewhere } from "../listen.ts";

export interface FakeDcs extends AsyncDisposable {
  readonly endpoint: string;
  /** What was asked, in order: `Host`, path and query. */
  readonly asked: { readonly host: string; readonly query: URLSearchParams }[];
}

/** What to answer; null: nothing, for ever. */
export type Script = (request: IncomingMessage) => unknown;

export async function startFakeDcs(script: Script): Promise<FakeDcs> {
  const asked: { host: string; query: URLSearchParams }[] = [];
  const server = createServer((request, response) => {
    const query = new URLSearchParams((request.url ?? "").split("?")[1]);
    asked.push({ host: request.headers.host ?? "", query });
    const answer = script(request);
    if (answer === null) return;
    response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
  });
  const endpoint = await listenOrElsewhere(server, 0);
  return {
    endpoint,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const FAKE_UUID = "22920112968019678612904394744954398990";

/** An answer as the DCS gives it, with these segments. */
export function anAnswer(segments: readonly number[], keys: object = {}): object {
  return {
    stuff: [],
    uuid: FAKE_UUID,
    dcs_region: 6,
    tid: "31ZpxW5bQGc=",
    traits: [],
    segments,
    ...keys,
  };
}
