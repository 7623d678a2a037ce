// What the site remembers of a visitor, all of it in first-party cookies: nothing is kept on the server.

import type { DcsCookie, DcsVisitor } from "./dcs-client.ts";
import { findProduct, type Product } from "./goods.ts";

const PREFIX = "tideline_";
const VISITOR = `${PREFIX}visitor`;
const VISIT = `${PREFIX}visit`;
const BASKET = `${PREFIX}basket`;
const MEMBER = `${PREFIX}member`;
const PENDING = `${PREFIX}pending`;

const DAY_SECONDS = 86_400;
const VISITOR_LIFE_SECONDS = 180 * DAY_SECONDS;
const BASKET_LIFE_SECONDS = 7 * DAY_SECONDS;
/** An action and the page after it are one redirect apart. */
const PENDING_LIFE_SECONDS = 60;
const MAX_BASKET = 20;

/** What a visitor did with a form, told to the DCS by the page view after it. */
export type PendingEvent =
  | { readonly kind: "basket_add"; readonly sku: string }
  | { readonly kind: "purchase"; readonly skus: readonly string[]; readonly postcode: string }
  | { readonly kind: "letter_signup" }
  | { readonly kind: "join" };

export interface Memory {
  /** As the last answer of the DCS said; null before the first. */
  readonly visitor: DcsVisitor | null;
  readonly isNewVisit: boolean;
  readonly isMember: boolean;
  readonly basket: readonly Product[];
  readonly pending: PendingEvent | null;
}

export function readMemory(cookieHeader: string): Memory {
  const cookies = parseCookies(cookieHeader);
  return {
    visitor: readVisitor(cookies.get(VISITOR) ?? ""),
    isNewVisit: !cookies.has(VISIT),
    isMember: cookies.has(MEMBER),
    basket: readBasket(cookies.get(BASKET) ?? ""),
    pending: readPending(cookies.get(PENDING) ?? ""),
  };
}

/** Lines for `Set-Cookie`. */
export const keep = {
  visitor: ({ uuid, region }: DcsVisitor) =>
    setCookie(VISITOR, `${uuid}.${region}`, VISITOR_LIFE_SECONDS),
  /** Without an age: gone when the browser closes, and with it the visit. */
  visit: () => setCookie(VISIT, "1", null),
  basket: (products: readonly Product[]) =>
    setCookie(
      BASKET,
      products
        .slice(-MAX_BASKET)
        .map((product) => product.sku)
        .join("."),
      products.length === 0 ? 0 : BASKET_LIFE_SECONDS,
    ),
  member: () => setCookie(MEMBER, "1", VISITOR_LIFE_SECONDS),
  pending: (event: PendingEvent) =>
    setCookie(PENDING, encodeURIComponent(JSON.stringify(event)), PENDING_LIFE_SECONDS),
  /**
   * A cookie that a cookie destination asks for. The page's own script may read it, that is its purpose;
   * its name comes from definitions, so it must not be able to end in the site's own names.
   */
  destination: ({ name, value, ttlDays }: DcsCookie): readonly string[] => {
    if (!/^[\w.-]{1,64}$/.test(name) || OWN_COOKIES.includes(name)) return [];
    const age = ttlDays === undefined ? VISITOR_LIFE_SECONDS : ttlDays * DAY_SECONDS;
    const line = `${name}=${encodeURIComponent(value)}; Path=/; SameSite=Lax`;
    return [`${line}; Max-Age=${Math.max(0, age)}`];
  },
};

export const forget = {
  visit: () => setCookie(VISIT, "", 0),
  pending: () => setCookie(PENDING, "", 0),
  /** All of the site's cookies that the browser sent: the visitor is a stranger again. */
  everything: (cookieHeader: string): readonly string[] =>
    [...parseCookies(cookieHeader).keys()]
      .filter((name) => name.startsWith(PREFIX))
      .map((name) => setCookie(name, "", 0)),
};

const OWN_COOKIES: readonly string[] = [VISITOR, VISIT, BASKET, MEMBER, PENDING];

function setCookie(name: string, value: string, lifeSeconds: number | null): string {
  const age = lifeSeconds === null ? "" : `; Max-Age=${lifeSeconds}`;
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax${age}`;
}

function parseCookies(header: string): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const piece of header.split(";")) {
    const equals = piece.indexOf("=");
    if (equals > 0) cookies.set(piece.slice(0, equals).trim(), piece.slice(equals + 1).trim());
  }
  return cookies;
}

function readVisitor(value: string): DcsVisitor | null {
  const match = /^([0-9]{38})\.([0-9]{1,5})$/.exec(value);
  if (match === null) return null;
  const [, uuid = "", region = ""] = match;
  return { uuid, region: Number(region) };
}

function readBasket(value: string): readonly Product[] {
  return value
    .split(".")
    .slice(0, MAX_BASKET)
    .flatMap((sku) => findProduct(sku) ?? []);
}

/** A cookie is the visitor's to change: what does not read as one of our events is none. */
function readPending(value: string): PendingEvent | null {
  let event: Record<string, unknown>;
  try {
    event = Object(JSON.parse(decodeURIComponent(value)));
  } catch {
    return null;
  }
  const { kind, sku, skus, postcode } = event;
  if (kind === "letter_signup" || kind === "join") return { kind };
  if (kind === "basket_add" && typeof sku === "string" && findProduct(sku)) return { kind, sku };
  if (kind === "purchase" && Array.isArray(skus) && typeof postcode === "string") {
    const known = skus.filter((item) => typeof item === "string" && findProduct(item));
    return { kind, skus: known.slice(0, MAX_BASKET), postcode: postcode.slice(0, 10) };
  }
  return null;
}
