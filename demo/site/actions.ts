// What forms do. An action changes the visitor's cookies and leads to a page; it calls nobody.

import { findProduct } from "./goods.ts";
import { forget, keep, type Memory } from "./memory.ts";

export interface ActionCall {
  readonly form: URLSearchParams;
  readonly memory: Memory;
  readonly cookieHeader: string;
}

export interface ActionResult {
  readonly cookies: readonly string[];
  readonly location: string;
}

export type Action = (call: ActionCall) => ActionResult;

const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ["/basket/add", addToBasket],
  ["/basket/empty", () => ({ cookies: [keep.basket([])], location: "/basket" })],
  ["/order", placeOrder],
  ["/letter", () => ({ cookies: [keep.pending({ kind: "letter_signup" })], location: "/journal" })],
  [
    "/join",
    () => ({ cookies: [keep.member(), keep.pending({ kind: "join" })], location: "/journal" }),
  ],
  [
    "/start-over",
    ({ cookieHeader }) => ({ cookies: forget.everything(cookieHeader), location: "/" }),
  ],
  ["/new-visit", () => ({ cookies: [forget.visit()], location: "/" })],
]);

export function findAction(path: string): Action | null {
  return ACTIONS.get(path) ?? null;
}

function addToBasket({ form, memory }: ActionCall): ActionResult {
  const product = findProduct(form.get("sku") ?? "");
  if (product === undefined) return { cookies: [], location: "/basket" };
  return {
    cookies: [
      keep.basket([...memory.basket, product]),
      keep.pending({ kind: "basket_add", sku: product.sku }),
    ],
    location: "/basket",
  };
}

function placeOrder({ form, memory }: ActionCall): ActionResult {
  if (memory.basket.length === 0) return { cookies: [], location: "/basket" };
  const skus = memory.basket.map((product) => product.sku);
  const postcode = (form.get("postcode") ?? "").trim().slice(0, 10).toUpperCase();
  return {
    cookies: [keep.basket([]), keep.pending({ kind: "purchase", skus, postcode })],
    location: "/thanks",
  };
}
