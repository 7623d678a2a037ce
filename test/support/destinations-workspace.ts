// A partner with a cookie, a pixel and three segments.

import { PROTOCOL_WORKSPACE } from "./protocol-vectors.ts";

export const DESTINATIONS_WORKSPACE = {
  partners: PROTOCOL_WORKSPACE.partners.filter(({ pid }) => pid === 1957),
  dataSources: [
    { dataSourceId: 1001, pid: 1957, name: "CRM", idType: "CROSS_DEVICE" },
    { dataSourceId: 1002, pid: 1957, name: "Site", idType: "COOKIE" },
    { dataSourceId: 1003, pid: 1957, name: "Shop", idType: "COOKIE" },
  ],
  traits: [
    { sid: 5001, pid: 1957, dataSourceId: 1002, name: "Blue", traitRule: 'color == "blue"' },
    { sid: 5002, pid: 1957, dataSourceId: 1003, name: "Red", traitRule: 'color == "red"' },
  ],
  segments: [
    { sid: 9001, pid: 1957, dataSourceId: 1002, name: "First", segmentRule: "5001T" },
    {
      ...{ sid: 9002, pid: 1957, dataSourceId: 1002, name: "Second", segmentRule: "5001T" },
      ...{ description: "The second one", integrationCode: "second", status: "INACTIVE" },
    },
    { sid: 9003, pid: 1957, dataSourceId: 1002, name: "Third", segmentRule: "5002T" },
  ],
  partnerSites: [{ siteId: 312, pid: 1957, url: "alpha.example" }],
  destinations: [
    {
      ...{ destinationId: 8001, pid: 1957, name: "Site cookie", destinationType: "ADS" },
      ...{ platform: "ALL", cookieName: "seg", singleKey: "s" },
      mappings: [{ mappingId: 1, sid: 9001, valueAlias: "9001" }],
    },
    {
      ...{ destinationId: 7001, pid: 1957, name: "Pixel 1", destinationType: "PUSH" },
      ...{ platform: "BROWSER" },
      mappings: [{ mappingId: 1, sid: 9001, url: "https://dest.example/px?u=%did%" }],
    },
  ],
};
