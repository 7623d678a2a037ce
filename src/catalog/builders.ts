// Documents for tests: one that uses every list and nearly every key, and a way to change one place.

/** What a test puts at a place to take it away. */
export const ABSENT = Symbol("absent");

/** A document without faults or warnings, new on each call. */
export function aDocument(): Record<string, unknown> {
  return structuredClone(DOCUMENT);
}

/** Sets, adds or takes away what a JSON pointer names. */
export function plant(document: unknown, pointer: string, value: unknown): void {
  const steps = pointer.split("/").slice(1);
  const last = steps.pop() ?? "";
  let at = document;
  for (const step of steps) at = Reflect.get(Object(at), step);
  if (value === ABSENT) Reflect.deleteProperty(Object(at), last);
  // Defined, not set: a key such as "__proto__" is a key like any other in a document.
  else
    Object.defineProperty(at, last, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
}

export const aPartner = (pid: number, changes: object = {}) => ({
  pid,
  alias: `partner${pid}`,
  name: `Partner ${pid}`,
  orgId: `${String(pid).padStart(24, "0")}@AdobeOrg`,
  ...changes,
});

export const aTrait = (sid: number, changes: object = {}) => ({
  sid,
  pid: 1957,
  dataSourceId: 1002,
  name: `Trait ${sid}`,
  ...changes,
});

export const aSegment = (sid: number, segmentRule: string, changes: object = {}) => ({
  sid,
  pid: 1957,
  dataSourceId: 1002,
  name: `Segment ${sid}`,
  segmentRule,
  ...changes,
});

const PARTNERS = [
  aPartner(1957, {
    alias: "Alpha",
    orgId: "A1B2C3D4E5F60718293A4B5C@AdobeOrg",
    tcf: true,
    hostnames: ["metrics.alpha.example"],
    refererAllowList: ["alpha.example"],
    blockedCountries: ["AQ"],
    ipObfuscation: ["DE", "FR"],
  }),
  aPartner(2948, { alias: "beta", idMapping: "pid-xor" }),
];

const DATA_SOURCES = [
  { dataSourceId: 1001, pid: 1957, name: "CRM", idType: "CROSS_DEVICE", integrationCode: "crm" },
  { dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE", integrationCode: "site" },
  { dataSourceId: 1003, pid: 1957, name: "Graph", idType: "CROSS_DEVICE", deviceGraph: true },
  { dataSourceId: 1004, pid: 1957, name: "Bought", idType: "COOKIE", thirdParty: true },
  { dataSourceId: 2001, pid: 2948, name: "Beta CRM", idType: "CROSS_DEVICE" },
  { dataSourceId: 411, pid: null, name: "Sync", idType: "COOKIE", integrationCode: "sync" },
];

const FOLDERS = [
  { folderId: 1, pid: 1957, name: "Cars", parentFolderId: 0, traitSid: 600 },
  { folderId: 2, pid: 1957, name: "Vans", parentFolderId: 1, traitSid: 601 },
  { folderId: 3, pid: 2948, name: "Beta's", traitSid: 602 },
];

const TRAITS = [
  aTrait(5001, { traitRule: 'color == "blue"', folderId: 1, ttl: 30, status: "active" }),
  aTrait(5002, { traitRule: "price > 100", folderId: 2 }),
  aTrait(5003, { traitType: "ON_BOARDED_TRAIT", traitRule: 'ic == "1"', dataSourceId: 1001 }),
  aTrait(5004, { traitRule: "c_ad == 1", dataSourceId: 1004 }),
  aTrait(5005, { traitType: "ACTIVE_AUDIENCE_TRAIT" }),
  aTrait(5101, { pid: 2948, dataSourceId: 2001 }),
];

const MERGE_RULES = [
  { mergeRuleId: 10, pid: 1957, name: "Device", crossDevice: "NONE", device: "DEVICE" },
  {
    mergeRuleId: 11,
    pid: 1957,
    name: "Household",
    crossDevice: "LAST",
    device: "EXTERNAL",
    dataSourceIds: [1001],
    deviceGraphDataSourceId: 1003,
    default: true,
  },
  { mergeRuleId: 12, pid: 2948, name: "Beta's", crossDevice: "NONE", device: "DEVICE" },
];

const SEGMENTS = [
  aSegment(9001, "5001T AND NOT 5003T", { legacyId: 77, mergeRuleId: 10, folderId: 5 }),
  aSegment(9002, "frequency([600T] <= 200D) >= 2"),
  aSegment(9101, "5101T", { pid: 2948, dataSourceId: 2001 }),
];

const DESTINATIONS = [
  {
    destinationId: 8001,
    pid: 1957,
    name: "Cookie",
    destinationType: "ADS",
    cookieName: "aamc",
    cnameDomain: ".example.com",
    ttl: 30,
    domainRestrictions: "inclusion",
    siteIDs: [312],
    formatType: "single_key",
    singleKey: "seg",
    mappings: [
      { mappingId: 1, sid: 9001, valueAlias: "a", startDate: "2026-01-31", endDate: "2026-02-28" },
      { mappingId: 2, sid: 9002, valueAlias: "b", priority: 3 },
    ],
  },
  {
    destinationId: 7001,
    pid: 1957,
    name: "Pixel",
    destinationType: "PUSH",
    mappings: [{ mappingId: 1, sid: 9001, url: "https://dest.example/px?u=%did%" }],
  },
  {
    destinationId: 7002,
    pid: 1957,
    name: "List",
    destinationType: "PUSH",
    serializationEnabled: true,
    urlFormatString: "//dest.example/list?s=%ALIAS%",
    delimiter: ",",
    mappings: [{ mappingId: 1, sid: 9001 }],
  },
  {
    destinationId: 6001,
    pid: 1957,
    name: "Server",
    destinationType: "S2S",
    masterDpid: 1001,
    realtime: { enabled: true, serverId: 3 },
    mappings: [
      { mappingId: 1, sid: 9001, traitAlias: "x" },
      { mappingId: 2, sid: 5001 },
    ],
  },
];

const DOCUMENT = {
  settings: { tcf: { vendorId: 565 }, serviceHosts: ["sync.example"] },
  partners: PARTNERS,
  dataSources: DATA_SOURCES,
  folders: FOLDERS,
  segmentFolders: [
    { folderId: 5, pid: 1957, name: "Buyers" },
    { folderId: 6, pid: 2948, name: "Beta's" },
  ],
  traits: TRAITS,
  mergeRules: MERGE_RULES,
  segments: SEGMENTS,
  partnerSites: [
    { siteId: 312, pid: 1957, url: "example.com" },
    { siteId: 313, pid: 2948, url: "beta.example" },
  ],
  destinations: DESTINATIONS,
  idSyncs: [{ idSyncId: 1, pid: 1957, dataSourceId: 411, urls: ["//sync.example/dd?u=%did%"] }],
  derivedSignals: [
    {
      derivedSignalId: 1,
      pid: 1957,
      sourceKey: "sku",
      sourceValue: "1234",
      targetKey: "camera",
      targetValue: "brand x",
    },
  ],
};
