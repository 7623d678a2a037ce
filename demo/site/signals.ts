import type { Signal } from "./dcs-client.ts";
import { findProduct, totalOf } from "./goods.ts";
import type { Memory, PendingEvent } from "./memory.ts";

const MAX_CAMPAIGN_LENGTH = 80;

/** What a page view says beyond its page: the visit, where it came from, and what a form just did. */
export function signalsOf(memory: Memory, url: URL): readonly Signal[] {
  const campaign = url.searchParams.get("utm_campaign");
  return [
    ...(memory.isNewVisit ? [["c_visit", "new"] as const] : []),
    ...(campaign ? [["c_campaign", campaign.slice(0, MAX_CAMPAIGN_LENGTH)] as const] : []),
    ...(memory.pending === null ? [] : signalsOfEvent(memory.pending)),
  ];
}

function signalsOfEvent(event: PendingEvent): readonly Signal[] {
  const kind: Signal = ["c_event", event.kind];
  switch (event.kind) {
    case "basket_add":
      return [kind, ["c_sku", event.sku]];
    case "purchase": {
      const products = event.skus.flatMap((sku) => findProduct(sku) ?? []);
      return [
        kind,
        ...products.map((product) => ["c_sku", product.sku] as const),
        ["c_order_value", String(totalOf(products))],
        // The prefix p_ makes a signal private: it can be matched, and is neither logged nor stored.
        ["p_postcode", event.postcode],
      ];
    }
    case "letter_signup":
    case "join":
      return [kind];
  }
}
