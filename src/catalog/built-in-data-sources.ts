// Data sources that every partner may use without defining them ("DCS and visitor-ID service", Declared
// IDs and Global device data sources).

import type { DataSourceDefinition } from "@dunlin/contract/workspace";

/**
 * The integration code under which a call names its Analytics visitor ID. It has no data source: the ID
 * is an alias of the device.
 */
export const ANALYTICS_VISITOR_CODE = "AVID";

type Row = readonly [
  dataSourceId: number,
  name: string,
  idType: "COOKIE" | "DEVICE_ADVERTISING_ID",
];

const ROWS: readonly Row[] = [
  [0, "Device ID of the platform (UUID)", "COOKIE"],
  [20914, "Google Advertising ID (GAID)", "DEVICE_ADVERTISING_ID"],
  [20915, "Apple IDFA", "DEVICE_ADVERTISING_ID"],
  [20920, "Mobile push token", "DEVICE_ADVERTISING_ID"],
  [121963, "Roku (RIDA)", "DEVICE_ADVERTISING_ID"],
  [389146, "Microsoft (MAID)", "DEVICE_ADVERTISING_ID"],
  [488258, "Amazon Fire TV", "DEVICE_ADVERTISING_ID"],
  [963906, "Samsung Tizen (TIFA)", "DEVICE_ADVERTISING_ID"],
  [1171485, "LG webOS (LGUDID)", "DEVICE_ADVERTISING_ID"],
  [1171489, "Vizio (IFA)", "DEVICE_ADVERTISING_ID"],
];

export const BUILT_IN_DATA_SOURCES: readonly DataSourceDefinition[] = ROWS.map(
  ([dataSourceId, name, idType]) => ({
    dataSourceId,
    pid: null,
    name,
    description: "",
    integrationCode: dataSourceId === 0 ? null : `DSID_${dataSourceId}`,
    idType,
    authenticatedProfile: false,
    retentionMonths: 24,
    maySync: false,
    thirdParty: false,
    deviceGraph: false,
    redirectAllowList: null,
    inboundIdType: "CUSTOMER_ID",
  }),
);
