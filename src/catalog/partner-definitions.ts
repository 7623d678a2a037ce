import type {
  DataSourceDefinition,
  PartnerDefinition,
  Workspace,
} from "@dunlin/contract/workspace";

/** What one partner's catalog is compiled from: its own definitions and the shared data sources. */
export interface PartnerDefinitions
  extends Omit<Workspace, "settings" | "partners" | "segmentFolders"> {
  readonly partner: PartnerDefinition;
  readonly sharedDataSources: readonly DataSourceDefinition[];
}

/** The definitions of each partner, in the order of the document. */
export function partition(workspace: Workspace): PartnerDefinitions[] {
  const dataSources = byOwner(workspace.dataSources);
  const folders = byOwner(workspace.folders);
  const traits = byOwner(workspace.traits);
  const mergeRules = byOwner(workspace.mergeRules);
  const segments = byOwner(workspace.segments);
  const partnerSites = byOwner(workspace.partnerSites);
  const destinations = byOwner(workspace.destinations);
  const idSyncs = byOwner(workspace.idSyncs);
  const derivedSignals = byOwner(workspace.derivedSignals);
  const sharedDataSources = dataSources.get(null) ?? [];
  return workspace.partners.map((partner) => ({
    partner,
    sharedDataSources,
    dataSources: dataSources.get(partner.pid) ?? [],
    folders: folders.get(partner.pid) ?? [],
    traits: traits.get(partner.pid) ?? [],
    mergeRules: mergeRules.get(partner.pid) ?? [],
    segments: segments.get(partner.pid) ?? [],
    partnerSites: partnerSites.get(partner.pid) ?? [],
    destinations: destinations.get(partner.pid) ?? [],
    idSyncs: idSyncs.get(partner.pid) ?? [],
    derivedSignals: derivedSignals.get(partner.pid) ?? [],
  }));
}

function byOwner<T extends { readonly pid: number | null }>(
  definitions: readonly T[],
): Map<number | null, T[]> {
  return Map.groupBy(definitions, (definition) => definition.pid);
}
