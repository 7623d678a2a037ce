// The workspace document: everything that customers define, in one value.
//
// These are the types of a document that has been read: every key is present and every default filled
// in ("Running a node", The workspace). `catalog/` turns unknown input into a `Workspace` or a list of
// faults; nobody checks again after that. All IDs are positive integers.

export interface Workspace {
  readonly settings: Settings;
  readonly partners: readonly PartnerDefinition[];
  readonly dataSources: readonly DataSourceDefinition[];
  readonly folders: readonly FolderDefinition[];
  readonly segmentFolders: readonly SegmentFolderDefinition[];
  readonly traits: readonly TraitDefinition[];
  readonly mergeRules: readonly MergeRuleDefinition[];
  readonly segments: readonly SegmentDefinition[];
  readonly partnerSites: readonly PartnerSiteDefinition[];
  readonly destinations: readonly DestinationDefinition[];
  readonly idSyncs: readonly IdSyncDefinition[];
  readonly derivedSignals: readonly DerivedSignalDefinition[];
}

export interface Settings {
  readonly blockedCountries: readonly string[];
  readonly cookieConfirm: boolean;
  readonly oversize: "soft" | "http";
  readonly overload: "soft" | "http";
  readonly rateLimit: RateLimitSettings | null;
  readonly autoDeny: AutoDenySettings | null;
  readonly tcf: TcfSettings;
  readonly demoptin: boolean;
  readonly serviceHosts: readonly string[];
}

export interface RateLimitSettings {
  readonly perId: number;
  readonly perAddress: number | null;
  readonly windowSeconds: number;
  readonly mode: "soft" | "http";
}

export interface AutoDenySettings {
  readonly perId: number;
  readonly windowSeconds: number;
  readonly hours: number;
}

export interface TcfSettings {
  readonly vendorId: number | null;
  readonly onWithoutPartner: boolean;
  readonly cmps: { readonly known: readonly number[]; readonly deleted: readonly number[] } | null;
}

export interface PartnerDefinition {
  readonly pid: number;
  readonly alias: string;
  readonly name: string;
  readonly orgId: string;
  readonly idMapping: "keyed" | "pid-xor";
  readonly traitsInResponse: boolean;
  readonly legacyU: boolean;
  readonly tcf: boolean;
  readonly caseSensitiveTraits: boolean;
  readonly strictMode: boolean;
  readonly hostnames: readonly string[];
  readonly refererAllowList: readonly string[] | null;
  readonly redirectAllowList: readonly string[] | null;
  readonly blockedCountries: readonly string[];
  readonly ipObfuscation: "none" | "all" | readonly string[];
}

export interface DataSourceDefinition {
  readonly dataSourceId: number;
  /** Null: shared by all partners. */
  readonly pid: number | null;
  readonly name: string;
  readonly description: string;
  readonly integrationCode: string | null;
  readonly idType: "CROSS_DEVICE" | "COOKIE" | "DEVICE_ADVERTISING_ID";
  readonly authenticatedProfile: boolean;
  readonly retentionMonths: number;
  readonly maySync: boolean;
  readonly thirdParty: boolean;
  readonly deviceGraph: boolean;
  readonly redirectAllowList: readonly string[] | null;
  readonly inboundIdType: "CUSTOMER_ID" | "AAM_UUID" | "ECID";
}

export interface FolderDefinition {
  readonly folderId: number;
  readonly pid: number;
  readonly name: string;
  readonly parentFolderId: number;
  /** The folder's own trait; the sid shares one number space with traits and segments. */
  readonly traitSid: number;
}

export interface SegmentFolderDefinition {
  readonly folderId: number;
  readonly pid: number;
  readonly name: string;
  readonly parentFolderId: number;
}

export type TraitType =
  | "RULE_BASED_TRAIT"
  | "ON_BOARDED_TRAIT"
  | "ALGO_TRAIT"
  | "ACTIVE_AUDIENCE_TRAIT"
  | "DATA_SOURCE_SYNCED_TRAIT";

export type Status = "ACTIVE" | "INACTIVE";

export interface TraitDefinition {
  readonly sid: number;
  readonly pid: number;
  readonly dataSourceId: number;
  readonly name: string;
  readonly traitType: TraitType;
  /** Null: realized by `d_sid` alone. */
  readonly traitRule: string | null;
  /** Days; 0 = never expires. */
  readonly ttl: number;
  readonly status: Status;
  readonly folderId: number;
  readonly description: string;
  readonly comments: string;
  readonly integrationCode: string | null;
  readonly type: number;
  readonly categoryId: number | null;
}

export interface MergeRuleDefinition {
  readonly mergeRuleId: number;
  readonly pid: number;
  readonly name: string;
  readonly description: string;
  readonly crossDevice: "NONE" | "CURRENT" | "LAST" | "ALL";
  readonly device: "NO_DEVICE" | "DEVICE" | "PROFILE_LINK" | "EXTERNAL" | "NA";
  readonly dataSourceIds: readonly number[];
  readonly deviceGraphDataSourceId: number | null;
  readonly default: boolean;
}

export interface SegmentDefinition {
  readonly sid: number;
  readonly legacyId: number;
  readonly pid: number;
  readonly dataSourceId: number;
  readonly name: string;
  readonly segmentRule: string;
  /** Null: the partner's default rule. */
  readonly mergeRuleId: number | null;
  readonly status: Status;
  readonly folderId: number;
  readonly description: string;
  readonly integrationCode: string | null;
}

export interface PartnerSiteDefinition {
  readonly siteId: number;
  readonly pid: number;
  readonly url: string;
}

export type DestinationDefinition = UrlDestination | CookieDestination | ServerDestination;

export interface DestinationBase {
  readonly destinationId: number;
  readonly pid: number;
  readonly name: string;
  readonly description: string;
  readonly status: Status;
  /** `yyyy-MM-dd`, midnight UTC; null: no bound. The end day is outside. */
  readonly startDate: string | null;
  readonly endDate: string | null;
  readonly serializationEnabled: boolean;
  readonly autoFillMapping: "NONE" | "SEGMENT_ID" | "INTEGRATION_CODE";
  readonly platform: "BROWSER" | "ANDROID" | "iOS" | "ALL";
  readonly minIntervalSeconds: number | null;
  readonly maxPerDay: number | null;
  readonly mappings: readonly DestinationMapping[];
}

export interface UrlDestination extends DestinationBase {
  readonly destinationType: "PUSH";
  /** 0 image, 1 iframe. */
  readonly tagType: 0 | 1;
  readonly urlType: "NORMAL" | "SOCIAL";
  /** Serialized destinations only; required there. */
  readonly urlFormatString: string | null;
  readonly secureUrlFormatString: string | null;
  readonly delimiter: string | null;
}

export interface CookieDestination extends DestinationBase {
  readonly destinationType: "ADS";
  readonly cookieName: string;
  /** "" = any domain. */
  readonly cnameDomain: string;
  /** Days; 0 = never expires. */
  readonly ttl: number;
  readonly maxSize: number;
  readonly clearOnDisqualify: boolean;
  readonly domainRestrictions: "all_domains" | "inclusion" | "exclusion";
  readonly siteIDs: readonly number[];
  readonly formatType: "single_key" | "key_value";
  readonly singleKey: string | null;
  readonly keySeparator: string;
  readonly valueSeparator: string;
  readonly serializationSeparator: string | null;
}

/** Server-to-server: kept and given back as written; its own keys come with deliveries. */
export interface ServerDestination extends DestinationBase {
  readonly destinationType: "S2S";
  /** The keys that only server destinations have, as written; in a document they stand beside the others. */
  readonly ownKeys?: Readonly<Record<string, unknown>>;
}

export interface DestinationMapping {
  readonly mappingId: number;
  readonly sid: number;
  readonly startDate: string | null;
  readonly endDate: string | null;
  readonly priority: number | null;
  readonly url: string | null;
  readonly secureUrl: string | null;
  readonly traitAlias: string | null;
  readonly valueAlias: string | null;
}

export interface IdSyncDefinition {
  readonly idSyncId: number;
  readonly pid: number;
  readonly container: number;
  readonly dataSourceId: number;
  readonly ttlMinutes: number;
  readonly tag: "img" | "iframe";
  readonly fireURLSync: boolean;
  readonly syncOnPage: boolean;
  readonly passConsent: boolean;
  readonly urls: readonly string[];
}

export interface DerivedSignalDefinition {
  readonly derivedSignalId: number;
  readonly pid: number;
  readonly sourceKey: string;
  readonly sourceValue: string;
  readonly targetKey: string;
  readonly targetValue: string;
  readonly integrationCode: string | null;
}

/** One thing that is wrong with a document, or worth a warning. */
export interface Fault {
  /** JSON pointer into the document. */
  readonly at: string;
  readonly code: string;
  /** A sentence: what is wrong, where, and what was expected. */
  readonly message: string;
  /** From 1; for rules. */
  readonly column?: number;
}

/** What an application of a workspace changed; only lists that changed are named. */
export type WorkspaceChanges = { readonly [Name in keyof Workspace]?: ChangeCounts };

export interface ChangeCounts {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
}
