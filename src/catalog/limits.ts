// Every ceiling of a workspace ("Audience model", Limits). Those of one partner are counted partner by
// partner. Numbers without a source in the manual are ours, chosen far above honest use.

export const CATALOG_LIMITS = {
  /** Faults and warnings that one reading names; the last line says how many more there are. */
  faults: 1_000,

  partners: 10_000,
  serviceHosts: 1_000,

  dataSourcesPerPartner: 10_000,
  traitsPerPartner: 100_000,
  algorithmicTraitsPerPartner: 50,
  activeAudienceTraitsPerPartner: 1,
  foldersPerPartner: 2_000,
  /** Levels below the root. */
  folderDepth: 5,
  segmentsPerPartner: 20_000,
  mergeRulesPerPartner: 4,
  allProfilesMergeRulesPerPartner: 1,
  dataSourcesPerMergeRule: 3,
  partnerSitesPerPartner: 10_000,
  destinationsPerPartner: 1_000,
  serverDestinationsPerPartner: 100,
  mappingsPerDestination: 20_000,
  idSyncsPerPartner: 10_000,
  urlsPerIdSync: 20,
  derivedSignalsPerPartner: 50_000,

  nameLength: 255,
  textLength: 65_535,
  integrationCodeLength: 255,
  derivedSignalTextLength: 228,
  /** The longest URL that an answer carries ("Data out and in", Rendering). */
  urlLength: 8_000,
  delimiterLength: 8,
  aliasLength: 255,
  hostLength: 253,
  hostsPerList: 10_000,
  countriesPerList: 300,
  consentPlatformsPerList: 4_096,

  traitTtlDays: 3_650,
  retentionMonths: 60,
  cookieTtlDays: 36_500,
  cookieSize: 65_536,
  container: 2_147_483_647,
  priority: 1_000_000_000,
  syncTtlMinutes: 52_560_000,
  windowSeconds: 86_400,
  denyHours: 87_600,
  ratePerWindow: 1_000_000_000,

  /** Levels and values below one server destination, whose own keys are kept as given. */
  freeFormDepth: 20,
  freeFormValues: 10_000,

  /** Texts of a workspace; parsing YAML takes far longer than parsing JSON. */
  jsonCharacters: 100_000_000,
  yamlCharacters: 20_000_000,
  /** Values that aliases stand for, one inside another counted again: against texts that explode. */
  yamlAliases: 10_000,
} as const;
