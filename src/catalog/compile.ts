// From a workspace to the snapshot that calls are answered with. Everything that a call would have to
// look for is found here once.

import type {
  DataSourceDefinition,
  PartnerDefinition,
  Workspace,
} from "@dunlin/contract/workspace";
import { asDataSourceId, asPartnerId } from "../model/ids.ts";
import { BUILT_IN_DATA_SOURCES } from "./built-in-data-sources.ts";
import { compilePartner } from "./compile-partner.ts";
import { Fingerprint } from "./fingerprint.ts";
import { type PartnerDefinitions, partition } from "./partner-definitions.ts";
import type { CatalogSnapshot, PartnerCatalog } from "./snapshot.ts";

export interface CompileOptions {
  /** Counts publications; 0 before the first. */
  readonly revision: number;
  /** The installation's root secret: visitor IDs follow from it. */
  readonly secret: Uint8Array;
  /** The snapshot in force. Partners whose definitions are the same as in it are not compiled again. */
  readonly previous?: CatalogSnapshot;
}

/** The snapshot of a workspace that `readWorkspace` has read. */
export function compileSnapshot(workspace: Workspace, options: CompileOptions): CatalogSnapshot {
  const partners = partition(workspace).map((definitions) => compileOrReuse(definitions, options));
  const sources = [...workspace.dataSources, ...BUILT_IN_DATA_SOURCES];
  return {
    revision: options.revision,
    settings: workspace.settings,
    partnersByAlias: byName(partners, ({ alias }) => [alias]),
    partnersByHostname: byName(partners, ({ hostnames }) => hostnames),
    partnersByOrgId: new Map(partners.map((partner) => [partner.definition.orgId, partner])),
    partnersById: new Map(partners.map((partner) => [partner.pid, partner])),
    dataSources: new Map(sources.map((source) => [asDataSourceId(source.dataSourceId), source])),
    sharedDataSourcesByCode: sharedByCode(sources),
    serviceHosts: new Set(workspace.settings.serviceHosts.map((host) => host.toLowerCase())),
  };
}

/** Host names are found in lower case. */
function byName(
  partners: readonly PartnerCatalog[],
  namesOf: (definition: PartnerDefinition) => readonly string[],
): ReadonlyMap<string, PartnerCatalog> {
  return new Map(
    partners.flatMap((partner) =>
      namesOf(partner.definition).map((name) => [name.toLowerCase(), partner] as const),
    ),
  );
}

function sharedByCode(
  sources: readonly DataSourceDefinition[],
): CatalogSnapshot["sharedDataSourcesByCode"] {
  return new Map(
    sources.flatMap(({ pid, integrationCode, dataSourceId }) =>
      pid === null && integrationCode !== null
        ? [[integrationCode, asDataSourceId(dataSourceId)] as const]
        : [],
    ),
  );
}

/** What each catalog was compiled from; a catalog that nobody uses any more takes its entry along. */
const FINGERPRINTS = new WeakMap<PartnerCatalog, string>();

function compileOrReuse(
  definitions: PartnerDefinitions,
  { previous, secret }: CompileOptions,
): PartnerCatalog {
  const fingerprint = fingerprintOf(definitions, secret);
  const compiled = previous?.partnersById.get(asPartnerId(definitions.partner.pid));
  if (compiled !== undefined && FINGERPRINTS.get(compiled) === fingerprint) return compiled;
  const partner = compilePartner(definitions, secret);
  FINGERPRINTS.set(partner, fingerprint);
  return partner;
}

/** Equal for equal definitions under equal secrets, of which equal catalogs come. */
function fingerprintOf(definitions: PartnerDefinitions, secret: Uint8Array): string {
  const fingerprint = new Fingerprint();
  fingerprint.add(secret.join());
  for (const part of Object.values(definitions)) fingerprint.add(JSON.stringify(part));
  return fingerprint.toString();
}
