// One compiled version of everything that customers define: immutable, indexed, swapped by a single
// assignment. A call sees one snapshot from beginning to end.

import type {
  DataSourceDefinition,
  MergeRuleDefinition,
  PartnerDefinition,
  Settings,
  TraitType,
} from "@dunlin/contract/workspace";
import type { IdSyncCatalog } from "../delivery/id-syncs.ts";
import type { DestinationCatalog } from "../delivery/plan.ts";
import type { IdMapping } from "../identity/id-mapping.ts";
import type { DataSourceId, PartnerId, SegmentId, TraitId } from "../model/ids.ts";
import type { SegmentIndex } from "../rules/segment-index/segment-index.ts";
import type { TraitIndex } from "../rules/trait-index/trait-index.ts";
import type { DerivedSignals } from "./derived-signals.ts";

export { ANALYTICS_VISITOR_CODE } from "./built-in-data-sources.ts";

export interface CatalogSnapshot {
  /** Counts publications; 0 before the first. */
  readonly revision: number;
  readonly settings: Settings;
  /** Keys are in lower case. */
  readonly partnersByAlias: ReadonlyMap<string, PartnerCatalog>;
  /** First-party host names, in lower case. */
  readonly partnersByHostname: ReadonlyMap<string, PartnerCatalog>;
  /** Org IDs are case-sensitive. */
  readonly partnersByOrgId: ReadonlyMap<string, PartnerCatalog>;
  readonly partnersById: ReadonlyMap<PartnerId, PartnerCatalog>;
  /** Every data source, whoever owns it, the built-in ones among them. */
  readonly dataSources: ReadonlyMap<DataSourceId, DataSourceDefinition>;
  /** Those that belong to nobody, by integration code. */
  readonly sharedDataSourcesByCode: ReadonlyMap<string, DataSourceId>;
  /** More names that act as `dpm.<domain>`, in lower case. */
  readonly serviceHosts: ReadonlySet<string>;
}

/** What one partner's calls need. */
export interface PartnerCatalog {
  readonly pid: PartnerId;
  readonly definition: PartnerDefinition;
  readonly ids: IdMapping;
  /** The partner's own, the shared and the built-in ones. */
  readonly dataSources: ReadonlyMap<DataSourceId, DataSourceDefinition>;
  /** By integration code; the partner's own win over shared ones. */
  readonly dataSourcesByCode: ReadonlyMap<string, DataSourceId>;
  /** Every trait, folder traits included. */
  readonly traits: ReadonlyMap<TraitId, TraitFacts>;
  /** Active traits with a rule that calls can realize. */
  readonly traitIndex: TraitIndex;
  /** Active segments, grouped by the merge rule under which they are evaluated. */
  readonly segmentGroups: readonly SegmentGroup[];
  readonly mergeNeeds: MergeNeeds;
  /** Every segment that is active. */
  readonly segments: ReadonlyMap<SegmentId, SegmentFacts>;
  /** Inactive segments: who is in them stays in, nobody enters, nothing is said of them. */
  readonly pausedSegments: ReadonlySet<SegmentId>;
  readonly destinations: DestinationCatalog;
  readonly idSyncs: IdSyncCatalog;
  readonly derivedSignals: DerivedSignals;
  /** Days of history that some rule in use, or a default TTL, can still tell apart. */
  readonly historyDays: number;
}

export interface TraitFacts {
  readonly sid: TraitId;
  readonly dataSourceId: DataSourceId;
  readonly traitType: TraitType | "FOLDER_TRAIT";
  readonly ttlDays: number;
  readonly active: boolean;
}

export interface SegmentFacts {
  readonly sid: SegmentId;
  readonly legacyId: number;
  /** The rule under which it is evaluated: its own, or the partner's default. */
  readonly mergeRule: MergeRuleDefinition;
}

export interface SegmentGroup {
  readonly mergeRule: MergeRuleDefinition;
  readonly index: SegmentIndex;
}

/** What a call must find out, beside the device's own profile, for some segment that is active. */
export interface MergeNeeds {
  /** Whether some merge rule in use reads who was last logged in on the device. */
  readonly lastAuthenticated: boolean;
  /** Whether some merge rule in use reads an external device graph. */
  readonly deviceGraphs: boolean;
  /** Null where no active segment depends on a computed trait. */
  readonly computedTraits: ComputedTraits | null;
}

/** Active traits that nobody realizes, and on which some active segment depends. */
export interface ComputedTraits {
  readonly sids: ReadonlySet<TraitId>;
  /** Held by every device. */
  readonly activeAudience: readonly TraitId[];
  /** By data source: held by each device with a live link to it, and by the ID linked. */
  readonly bySyncedSource: ReadonlyMap<DataSourceId, readonly TraitId[]>;
}
