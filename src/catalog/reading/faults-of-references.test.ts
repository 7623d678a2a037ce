// Faults that no object shows alone: IDs used twice, references, rules, sums. Each row says what is
// planted where, and every fault that follows from it.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Fault } from "@dunlin/contract/workspace";
import { ABSENT, aDocument, aPartner, aSegment, aTrait, plant } from "../builders.ts";
import { readWorkspace } from "../read-workspace.ts";

interface Row {
  readonly title: string;
  readonly plant: Readonly<Record<string, unknown>>;
  /** Place, code, beginning of the message, column of a rule. */
  readonly faults: readonly (readonly [at: string, code: string, begin: string, column?: number])[];
}

const aRule = (changes: object) => ({
  mergeRuleId: 20,
  pid: 2948,
  name: "New",
  crossDevice: "NONE",
  device: "DEVICE",
  ...changes,
});

const ROWS: readonly Row[] = [
  {
    title: "one number is a trait, a folder trait or a segment, never two of them",
    plant: { "/traits/6": aTrait(600), "/segments/1/sid": 5001 },
    faults: [
      ["/traits/6/sid", "E_DUPLICATE_ID", "The ID 600 is taken by /folders/0; a trait needs"],
      ["/segments/1/sid", "E_DUPLICATE_ID", "The ID 5001 is taken by /traits/0; a segment needs"],
      ["/destinations/0/mappings/1/sid", "E_UNKNOWN_REFERENCE", "There is no segment 9002."],
    ],
  },
  {
    title: "the ID of a built-in data source cannot be taken",
    plant: { "/dataSources/3/dataSourceId": 20914, "/traits/3/dataSourceId": 1002 },
    faults: [["/dataSources/3/dataSourceId", "E_DUPLICATE_ID", "The ID 20914 is taken by what is"]],
  },
  {
    title: "aliases, org IDs and host names lead to one partner each, in any letter case",
    plant: {
      "/partners/1/alias": "ALPHA",
      "/partners/1/orgId": "A1B2C3D4E5F60718293A4B5C@AdobeOrg",
      "/partners/1/hostnames": ["Metrics.Alpha.example", "SYNC.example"],
    },
    faults: [
      ["/partners/1/alias", "E_DUPLICATE_ID", 'The alias "alpha" is taken'],
      ["/partners/1/orgId", "E_DUPLICATE_ID", "The org ID"],
      ["/partners/1/hostnames/0", "E_DUPLICATE_ID", 'The host name "metrics.alpha.example" is'],
      ["/partners/1/hostnames/1", "E_DUPLICATE_ID", 'The host name "sync.example" is taken'],
    ],
  },
  {
    title: "an integration code names one data source of its owner",
    plant: {
      "/dataSources/1/integrationCode": "crm",
      "/dataSources/5/integrationCode": "DSID_20914",
      // Another owner may use the same.
      "/dataSources/4/integrationCode": "crm",
    },
    faults: [
      ["/dataSources/1/integrationCode", "E_DUPLICATE_ID", "Another data source of partner 1957"],
      ["/dataSources/5/integrationCode", "E_DUPLICATE_ID", "Another shared data source has"],
    ],
  },
  {
    title: "an object refers to its own partner's objects and to shared ones",
    plant: {
      "/traits/1/dataSourceId": 2001,
      "/traits/1/folderId": 3,
      "/segments/1/dataSourceId": 9999,
      "/segments/1/mergeRuleId": 12,
      "/segments/1/folderId": 6,
      "/destinations/0/siteIDs": [313],
      "/destinations/1/mappings/0/sid": 9101,
      "/idSyncs/0/dataSourceId": 2001,
      "/partnerSites/1/pid": 1,
    },
    faults: [
      ["/traits/1/dataSourceId", "E_UNKNOWN_REFERENCE", "The data source 2001 belongs to partner"],
      ["/traits/1/folderId", "E_UNKNOWN_REFERENCE", "The folder 3 belongs to partner 2948"],
      ["/segments/1/dataSourceId", "E_UNKNOWN_REFERENCE", "There is no data source 9999."],
      ["/segments/1/mergeRuleId", "E_UNKNOWN_REFERENCE", "The merge rule 12 belongs to partner"],
      ["/segments/1/folderId", "E_UNKNOWN_REFERENCE", "The folder 6 belongs to partner 2948"],
      ["/partnerSites/1/pid", "E_UNKNOWN_REFERENCE", "There is no partner 1."],
      ["/destinations/0/siteIDs/0", "E_UNKNOWN_REFERENCE", "The site 313 belongs to partner 1;"],
      ["/destinations/1/mappings/0/sid", "E_UNKNOWN_REFERENCE", "The segment 9101 belongs to"],
      ["/idSyncs/0/dataSourceId", "E_UNKNOWN_REFERENCE", "The data source 2001 belongs to"],
    ],
  },
  {
    title: "only server destinations are told of traits",
    plant: { "/destinations/2/mappings/0/sid": 5001 },
    faults: [
      ["/destinations/2/mappings/0/sid", "E_UNKNOWN_REFERENCE", "There is no segment 5001."],
    ],
  },
  {
    title: "what refers to a list that cannot be read is not blamed for it",
    plant: { "/traits": 5, "/dataSources": {} },
    faults: [
      ["/dataSources", "E_TYPE", "Found an object; expected a list."],
      ["/traits", "E_TYPE", "Found 5; expected a list."],
      ["/destinations/3/mappings/1/sid", "E_UNKNOWN_REFERENCE", "There is no segment 5001."],
    ],
  },
  {
    title: "the rule of a trait is told with its column",
    plant: { "/traits/0/traitRule": "a = 1", "/traits/1/traitRule": "price > " },
    faults: [
      ["/traits/0/traitRule", "E_SINGLE_EQUALS", "", 3],
      ["/traits/1/traitRule", "E_SYNTAX", ""],
    ],
  },
  {
    title: "the rule of a segment is told with its column, and knows the partner's traits only",
    plant: {
      "/segments/0/segmentRule": "5001T AND",
      "/segments/1/segmentRule": "5001T OR 5101T",
      "/segments/2/segmentRule": "NOT 5101T",
      "/segments/3": aSegment(9003, "frequency([5003T]) >= 1"),
      "/segments/4": aSegment(9004, "frequency([5004T]) >= 1"),
      "/segments/5": aSegment(9005, "frequency([5005T]) >= 1"),
    },
    faults: [
      ["/segments/0/segmentRule", "E_SYNTAX", ""],
      ["/segments/1/segmentRule", "E_UNKNOWN_TRAIT", "", 10],
      ["/segments/2/segmentRule", "E_MATCHES_EMPTY_PROFILE", "", 1],
      ["/segments/3/segmentRule", "E_RF_TRAIT_TYPE", "", 12],
      ["/segments/4/segmentRule", "E_RF_THIRD_PARTY", "", 12],
      ["/segments/5/segmentRule", "E_RF_TRAIT_TYPE", "", 12],
    ],
  },
  {
    title: "a vendor ID has no default where consent is read",
    plant: { "/settings/tcf": {} },
    faults: [["/settings/tcf/vendorId", "E_MISSING_KEY", 'The key "vendorId" is required, since']],
  },
  {
    title: "folders are no circle and lie five deep at most",
    plant: {
      "/folders/0/parentFolderId": 2,
      "/segmentFolders/2": { folderId: 7, pid: 1957, name: "2", parentFolderId: 5 },
      "/segmentFolders/3": { folderId: 8, pid: 1957, name: "3", parentFolderId: 7 },
      "/segmentFolders/4": { folderId: 9, pid: 1957, name: "4", parentFolderId: 8 },
      "/segmentFolders/5": { folderId: 10, pid: 1957, name: "5", parentFolderId: 9 },
      "/segmentFolders/6": { folderId: 11, pid: 1957, name: "6", parentFolderId: 10 },
      "/segmentFolders/7": { folderId: 12, pid: 1957, name: "?", parentFolderId: 99 },
    },
    faults: [
      ["/folders/0/parentFolderId", "E_VALUE", "The folder is, or lies in, a folder that is"],
      ["/folders/1/parentFolderId", "E_VALUE", "The folder is, or lies in, a folder that is"],
      ["/segmentFolders/6/parentFolderId", "E_LIMIT", "The folder is at level 6; 5 are allowed."],
      ["/segmentFolders/7/parentFolderId", "E_UNKNOWN_REFERENCE", "There is no folder 99."],
    ],
  },
  {
    title: "a folder does not lie in a circle of others",
    plant: { "/folders/1/parentFolderId": 2, "/folders/0/parentFolderId": 2 },
    faults: [
      ["/folders/0/parentFolderId", "E_VALUE", "The folder is, or lies in"],
      ["/folders/1/parentFolderId", "E_VALUE", "The folder is, or lies in"],
    ],
  },
  {
    title: "a destination has each mapping ID and each segment once",
    plant: {
      "/destinations/0/mappings/2": { mappingId: 1, sid: 9001, valueAlias: "c" },
    },
    faults: [
      ["/destinations/0/mappings/2/mappingId", "E_DUPLICATE_ID", "Another mapping of the"],
      ["/destinations/0/mappings/2/sid", "E_DUPLICATE_ID", "The destination has a mapping of 9001"],
    ],
  },
  {
    title: "a derived signal says something new",
    plant: {
      "/derivedSignals/1": {
        derivedSignalId: 2,
        pid: 1957,
        sourceKey: "sku",
        sourceValue: "1234",
        targetKey: "camera",
        targetValue: "brand x",
      },
      "/derivedSignals/2": {
        derivedSignalId: 3,
        pid: 1957,
        sourceKey: "Sku",
        sourceValue: "a",
        targetKey: "sku",
        targetValue: "A",
      },
    },
    faults: [
      ["/derivedSignals/1", "E_DUPLICATE_ID", "The same source and target"],
      ["/derivedSignals/2/targetValue", "E_VALUE", "The target is the source itself"],
    ],
  },
  {
    title:
      "a partner marks one merge rule as its default, and has four at most, one of them for all",
    plant: {
      "/mergeRules/0/default": true,
      "/mergeRules/3": aRule({ mergeRuleId: 21 }),
      "/mergeRules/4": aRule({
        mergeRuleId: 22,
        crossDevice: "ALL",
        device: "NA",
        dataSourceIds: [2001],
      }),
      "/mergeRules/5": aRule({
        mergeRuleId: 23,
        crossDevice: "ALL",
        device: "NA",
        dataSourceIds: [2001],
      }),
      "/mergeRules/6": aRule({ mergeRuleId: 24 }),
      "/mergeRules/7": aRule({ mergeRuleId: 25 }),
    },
    faults: [
      ["/mergeRules/1/default", "E_VALUE", "/mergeRules/0 is the default of partner 1957 already"],
      ["/mergeRules/5", "E_LIMIT", "Partner 2948 has more than 1 merge rules of kind ALL"],
      ["/mergeRules/6", "E_LIMIT", "Partner 2948 has more than 4 merge rules"],
    ],
  },
  {
    title: "a merge rule merges cross-device data sources, and an external graph that is one",
    plant: {
      "/mergeRules/1/dataSourceIds": [1002],
      "/mergeRules/1/deviceGraphDataSourceId": 1001,
      "/mergeRules/0/deviceGraphDataSourceId": 1003,
      "/mergeRules/3": aRule({ device: "EXTERNAL" }),
    },
    faults: [
      ["/mergeRules/0/deviceGraphDataSourceId", "E_VALUE", "The device option DEVICE uses no"],
      ["/mergeRules/1/dataSourceIds/0", "E_PMR_DATASOURCES", "The data source 1002 is of type"],
      ["/mergeRules/1/deviceGraphDataSourceId", "E_VALUE", "The data source 1001 is no device"],
      ["/mergeRules/3/deviceGraphDataSourceId", "E_MISSING_KEY", "The key"],
    ],
  },
];

function faultsOf(document: unknown): readonly Fault[] {
  const read = readWorkspace(document);
  return read.ok ? [] : read.error;
}

describe("everything that is wrong with a document is named, and nothing else", () => {
  for (const row of ROWS) {
    it(row.title, () => {
      const document = aDocument();
      for (const [pointer, value] of Object.entries(row.plant)) plant(document, pointer, value);
      const faults = faultsOf(document);
      assert.deepEqual(
        faults.map(({ at, code }) => [at, code]),
        row.faults.map(([at, code]) => [at, code]),
        JSON.stringify(faults, null, 1),
      );
      for (const [index, [, , begin, column]] of row.faults.entries()) {
        const fault = faults[index];
        assert.ok(fault?.message.startsWith(begin), `found ${fault?.message}; expected ${begin}`);
        if (column !== undefined) assert.equal(fault?.column, column);
      }
    });
  }
});

describe("the options of a merge rule", () => {
  const CROSS = ["NONE", "CURRENT", "LAST", "ALL"] as const;
  const DEVICE = ["NO_DEVICE", "DEVICE", "PROFILE_LINK", "EXTERNAL", "NA"] as const;
  const ALLOWED = new Set(
    (
      "NONE+DEVICE NONE+EXTERNAL CURRENT+NO_DEVICE CURRENT+DEVICE CURRENT+PROFILE_LINK " +
      "LAST+DEVICE LAST+PROFILE_LINK LAST+EXTERNAL ALL+NA"
    ).split(" "),
  );

  const codesOf = (rule: object): string[] => {
    const document = aDocument();
    plant(document, "/mergeRules/2", aRule({ pid: 1957, ...rule }));
    return faultsOf(document).map(({ at, code }) => `${at.replace("/mergeRules/2", "")} ${code}`);
  };
  const graphFor = (device: string) => (device === "EXTERNAL" ? 1003 : null);

  it("go together as documented, and in no other way", () => {
    for (const crossDevice of CROSS) {
      for (const device of DEVICE) {
        const codes = codesOf({
          crossDevice,
          device,
          dataSourceIds: crossDevice === "NONE" ? [] : [1001],
          deviceGraphDataSourceId: graphFor(device),
        });
        const expected = ALLOWED.has(`${crossDevice}+${device}`)
          ? []
          : ["/device E_PMR_COMBINATION"];
        assert.deepEqual(codes, expected, `${crossDevice}+${device}`);
      }
    }
  });

  it("take as many data sources as documented", () => {
    const sources = [1001, 1003, 1005, 1006];
    const document = aDocument();
    const codes = (crossDevice: string, device: string, count: number): string[] => {
      const changed = structuredClone(document);
      for (const [index, dataSourceId] of [1005, 1006].entries()) {
        const source = { dataSourceId, pid: 1957, name: "x", idType: "CROSS_DEVICE" };
        plant(changed, `/dataSources/${6 + index}`, source);
      }
      const dataSourceIds = sources.slice(0, count);
      const rule = aRule({ pid: 1957, crossDevice, device, dataSourceIds });
      plant(changed, "/mergeRules/2", rule);
      return faultsOf(changed).map(({ code }) => code);
    };
    assert.deepEqual(codes("NONE", "DEVICE", 1), ["E_PMR_DATASOURCES"]);
    for (const [crossDevice, device] of [
      ["CURRENT", "DEVICE"],
      ["LAST", "DEVICE"],
      ["ALL", "NA"],
    ] as const) {
      for (const count of [1, 2, 3]) assert.deepEqual(codes(crossDevice, device, count), []);
      for (const count of [0, 4]) {
        assert.deepEqual(codes(crossDevice, device, count), ["E_PMR_DATASOURCES"]);
      }
    }
    for (const count of [0, 2]) {
      const found = codes("LAST", "PROFILE_LINK", count);
      assert.deepEqual(found, ["E_PMR_PROFILE_LINK_SINGLE_DS"]);
    }
  });
});

describe("what cannot change", () => {
  const previous = () => {
    const read = readWorkspace(aDocument());
    assert.ok(read.ok);
    return read.value.workspace;
  };

  it("a partner keeps its ID mapping, also where a document leaves it out", () => {
    const document = aDocument();
    plant(document, "/partners/0/idMapping", "pid-xor");
    plant(document, "/partners/1/idMapping", ABSENT);
    const read = readWorkspace(document, previous());
    assert.deepEqual(read.ok ? [] : read.error.map(({ at, code }) => [at, code]), [
      ["/partners/0/idMapping", "E_IMMUTABLE"],
      ["/partners/1/idMapping", "E_IMMUTABLE"],
    ]);
  });

  it("a keyed partner with another org ID is warned, another is not", () => {
    const document = aDocument();
    plant(document, "/partners/0/orgId", "C1B2C3D4E5F60718293A4B5C@AdobeOrg");
    plant(document, "/partners/1/orgId", "D1B2C3D4E5F60718293A4B5C@AdobeOrg");
    const read = readWorkspace(document, previous());
    assert.deepEqual(read.ok && read.value.warnings.map(({ at, code }) => [at, code]), [
      ["/partners/0/orgId", "W_OTHER_VISITOR_IDS"],
    ]);
  });

  it("a new partner chooses freely", () => {
    const document = aDocument();
    plant(document, "/partners/2", aPartner(3, { idMapping: "pid-xor" }));
    assert.equal(readWorkspace(document, previous()).ok, true);
  });
});
