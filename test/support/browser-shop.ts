// The partner's own site in the browser journeys: pages that load the client scripts, and one page that
// asks the server to server way, by what the AMCV cookie says, before it is served.

import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { Site, SiteAnswer } from "./tls-front.ts";

const SCRIPTS = ["visitor.client.js", "dil.client.js"].map((name) =>
  readFileSync(new URL(`../client/${name}`, import.meta.url), "utf8"),
);
const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
<link rel="icon" href="data:,"></head><body>
${SCRIPTS.map((script) => `<script>{${script}}</script>`).join("\n")}
</body></html>`;

export const shop: Site = () => html(PAGE);

function html(body: string): SiteAnswer {
  return { contentType: "text/html;charset=utf-8", body };
}

/** Whose IDs and segments a page of the partner is about. */
export interface Partner {
  readonly orgId: string;
  /** Sent as `Host`, whatever address is called. */
  readonly host: string;
}

/** Where the collection plane is called, and by which certificate it is known. */
export interface Regions {
  readonly port: () => number;
  readonly cert: string;
}

/** Of the published table those that the journeys need. */
const REGION_HOSTS: ReadonlyMap<string, string> = new Map([
  ["6", "irl1.demdex.net"],
  ["9", "usw2.demdex.net"],
]);

/** A page that greets by segment: the documented way from the AMCV cookie to the answer. */
export function personalPage(partner: Partner, regions: Regions): Site {
  return async ({ headers }) => {
    const known = readVisitor(headers["cookie"] ?? "", partner.orgId);
    if (known === null) return html("<h1>Welcome, stranger</h1>");
    const target = `/event?d_rtbd=json&d_cts=2&d_mid=${known.mid}&key1=val1`;
    const answer = await ask(known.regionHost, target, partner, regions);
    const isBuyer = answer.segments?.includes(9001) === true;
    const state = JSON.stringify({ ...answer, asked: known.regionHost });
    return html(`<h1>${isBuyer ? "For buyers" : "Welcome"}</h1>
<script type="application/json">${state}</script>`);
  };
}

/** MID and region out of an AMCV cookie, as the vendor's server library reads them. */
function readVisitor(
  cookies: string,
  orgId: string,
): { readonly mid: string; readonly regionHost: string } | null {
  const name = `${encodeURIComponent(`AMCV_${orgId}`)}=`;
  const pair = cookies.split("; ").find((text) => text.startsWith(name));
  const value = decodeURIComponent(pair?.slice(name.length) ?? "");
  const mid = /\|MCMID\|(\d{38})(?:\||$)/.exec(value)?.[1];
  const region = /\|MCAAMLH-\d+\|(\d+)(?:\||$)/.exec(value)?.[1];
  const regionHost = REGION_HOSTS.get(region ?? "");
  return mid === undefined || regionHost === undefined ? null : { mid, regionHost };
}

interface EventAnswer {
  readonly uuid?: string;
  readonly dcs_region: number;
  readonly segments?: readonly number[];
}

/** One call whose certificate is checked against the regional name and whose `Host` is the partner's. */
function ask(
  regionHost: string,
  target: string,
  partner: Partner,
  { port, cert }: Regions,
): Promise<EventAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: "127.0.0.1",
      port: port(),
      servername: regionHost,
      ca: cert,
      path: target,
      headers: { Host: partner.host },
    });
    outgoing.on("error", reject);
    outgoing.on("response", (incoming) => {
      let text = "";
      incoming.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      // The journey that reads it checks what is in it.
      incoming.on("end", () => resolve(JSON.parse(text) as EventAnswer));
    });
    outgoing.end();
  });
}
