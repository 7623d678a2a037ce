// ID syncs that an answer asks the page to fire: other parties learn the device's ID, and tell theirs.

import type { IdSyncDefinition } from "@dunlin/contract/workspace";
import {
  compileSyncUrl,
  fillUrl,
  type MacroValues,
  namesConsent,
  type UrlTemplate,
} from "./url-template.ts";

/** One partner's syncs by container, each list ascending by ID. */
export type IdSyncCatalog = ReadonlyMap<number, readonly IndexedSync[]>;

interface IndexedSync {
  readonly definition: IdSyncDefinition;
  readonly urls: readonly UrlTemplate[];
}

/** What a sync wants to know of a call. */
export interface SyncCall extends MacroValues {
  /** Value of the page's cookie of past syncs; "" when there is none. */
  readonly pastSyncs: string;
  random(): number;
}

/** An item of `ibs`. */
export interface SyncEntry {
  readonly id: string;
  /** Minutes. */
  readonly ttl: number;
  readonly tag: "img" | "iframe";
  readonly fireURLSync: 0 | 1;
  readonly syncOnPage: 0 | 1;
  readonly url: readonly string[];
}

export function indexIdSyncs(definitions: readonly IdSyncDefinition[]): IdSyncCatalog {
  const byContainer = new Map<number, IndexedSync[]>();
  for (const definition of definitions.toSorted((a, b) => a.idSyncId - b.idSyncId)) {
    const syncs = byContainer.get(definition.container) ?? [];
    byContainer.set(definition.container, syncs);
    syncs.push({ definition, urls: definition.urls.map(compileSyncUrl) });
  }
  return byContainer;
}

/**
 * The syncs of a container that the page has not fired lately ("DCS and visitor-ID service", ID syncs to
 * be fired by the page).
 */
export function planIdSyncs(
  catalog: IdSyncCatalog,
  container: number,
  call: SyncCall,
): readonly SyncEntry[] {
  const syncs = catalog.get(container);
  if (syncs === undefined) return [];
  const firedAt = readPastSyncs(call.pastSyncs);
  return syncs
    .filter(({ definition }) => {
      const last = firedAt.get(definition.dataSourceId) ?? Number.NEGATIVE_INFINITY;
      return call.now - last >= definition.ttlMinutes * 60_000;
    })
    .map((sync) => entryOf(sync, call));
}

function entryOf({ definition, urls }: IndexedSync, call: SyncCall): SyncEntry {
  return {
    id: String(definition.dataSourceId),
    ttl: definition.ttlMinutes,
    tag: definition.tag,
    fireURLSync: definition.fireURLSync ? 1 : 0,
    syncOnPage: definition.syncOnPage ? 1 : 0,
    url: urls.map((template) => {
      const url = fillUrl(template, call, () => call.random()).join("");
      return definition.passConsent && !namesConsent(template) ? withConsent(url, call) : url;
    }),
  };
}

/** Partners who want the parameters get them in either case, unless their URL has a macro for them. */
function withConsent(url: string, { gdpr, gdprConsent }: SyncCall): string {
  const consent =
    gdpr === "1"
      ? `gdpr=1&gdpr_consent=${encodeURIComponent(gdprConsent.toWellFormed())}`
      : "gdpr=0";
  const [address = "", ...fragments] = url.split("#");
  const separator = address.includes("?") ? "&" : "?";
  return [`${address}${separator}${consent}`, ...fragments].join("#");
}

/** `<data source>-1-<milliseconds>` entries joined by `|`; other kinds are of older clients. */
function readPastSyncs(cookie: string): ReadonlyMap<number, number> {
  const firedAt = new Map<number, number>();
  for (const [, dataSource, at] of cookie.matchAll(/(?:^|\|)(\d{1,15})-1-(\d{1,15})(?=\||$)/g)) {
    const id = Number(dataSource);
    firedAt.set(id, Math.max(firedAt.get(id) ?? 0, Number(at)));
  }
  return firedAt;
}
