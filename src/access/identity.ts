import type { Caller } from "./caller.ts";

/** Whose token, or whose session, it is. */
export type Identity =
  | { readonly kind: "known"; readonly caller: Caller }
  | { readonly kind: "expired" }
  | { readonly kind: "unknown" };
