import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  A_SOURCE,
  ACME,
  apiSegment,
  apiTrait,
  imported,
  said,
} from "../../test/support/api-exports.ts";
import { importWorkspace } from "./import-workspace.ts";

const PAGE = { total: 2, page: 0, pageSize: 2 };

describe("the files of an export", () => {
  it("hold bare lists, pages, single objects, or all resources under their names", () => {
    const traits = [apiTrait(1), apiTrait(2)];
    const whole = [
      { "datasources.json": [A_SOURCE], "traits.json": traits },
      { "datasources.json": A_SOURCE, "traits.json": { ...PAGE, list: traits } },
      { "a/29.json": A_SOURCE, "a/1.json": traits[0], "a/2.json": traits[1] },
      { "all.json": { datasources: [A_SOURCE], traits: { ...PAGE, list: traits } } },
      { "x.json": { "GET /datasources/": [A_SOURCE], "GET /traits/": traits } },
    ].map((files) => imported(files).workspace);
    for (const workspace of whole) assert.deepEqual(workspace, whole[0]);
    assert.deepEqual(
      whole[0]?.traits.map(({ sid }) => sid),
      [1, 2],
    );
  });

  it("are known by their objects; only folders of the two kinds need a path or a name", () => {
    const folder = { folderId: 4, parentFolderId: 0, name: "Cars", pid: 1794 };
    const files = { "1.json": [A_SOURCE, apiTrait(1), apiSegment(2)] };
    const { workspace, notes } = imported({
      ...files,
      "2.json": [{ ...folder, path: "/All Segments/Cars" }],
      "folders-traits.json": [folder],
    });
    assert.deepEqual(
      [workspace.segments.length, workspace.segmentFolders.length, workspace.folders.length],
      [1, 1, 1],
    );
    assert.deepEqual(said({ notes }, "lost"), []);
    for (const name of ["/my/segments/folders/traits.json", "segments/folders-of-traits.json"]) {
      assert.equal(imported({ ...files, [name]: [folder] }).workspace.folders.length, 1, name);
    }
    const unknown = imported({
      ...files,
      "3.json": [folder, 7, { what: "ever" }],
      "4.json": "text",
    });
    assert.deepEqual(said(unknown, "lost"), [
      "3.json|||Nothing tells what kind of object this is.",
      "3.json|||Expected objects in the list; found something else.",
      "4.json|||Expected a list of objects, or an object.",
    ]);
  });

  it("are missed where pages are missing, and where an object is there in short only", () => {
    const destination = { destinationId: 7, pid: 1794, name: "Px", destinationType: "PUSH" };
    const { notes } = imported({
      "traits.json": { total: 3, page: 0, pageSize: 1, list: [apiTrait(1)] },
      "datasources.json": [A_SOURCE],
      "short.json": [
        { sid: 9, pid: 1794, name: "Short", traitType: "RULE_BASED_TRAIT", dataSourceId: 5 },
      ],
      "destinations.json": [destination],
    });
    const lost = said({ notes }, "lost").join("\n");
    assert.match(lost, /The pages say that there are 3 traits; they hold 1/);
    assert.match(lost, /trait 9 "Short".*includeDetails=true/);
    assert.match(lost, /destination 7 "Px".*includeMappings=true/);
  });
});

describe("values as the API spells them", () => {
  const traitOf = (more: Readonly<Record<string, unknown>>) => {
    const { workspace } = imported({ "x.json": [A_SOURCE, apiTrait(1, more)] });
    return workspace.traits[0];
  };

  it("are numbers in texts, states in words or numbers, and nulls for what is empty", () => {
    const trait = traitOf({
      ttl: "30",
      status: 0,
      description: null,
      integrationCode: "",
      categoryId: 0,
    });
    assert.deepEqual(
      [trait?.ttl, trait?.status, trait?.description, trait?.integrationCode, trait?.categoryId],
      [30, "INACTIVE", "", null, null],
    );
    for (const [written, status] of [
      ...[
        ["active", "ACTIVE"],
        [1, "ACTIVE"],
        ["1", "ACTIVE"],
        [null, "ACTIVE"],
      ],
      ["Inactive", "INACTIVE"],
    ]) {
      assert.equal(traitOf({ status: written })?.status, status);
    }
  });

  it("say in three ways whose IDs inbound files hold, and in seconds how long profiles are kept", () => {
    const sources = [
      { ...A_SOURCE, dataSourceId: 1, useAudienceManagerVisitorID: true },
      { ...A_SOURCE, dataSourceId: 2, marketingCloudVisitorIdVersion: 2 },
      { ...A_SOURCE, dataSourceId: 3, useAudienceManagerVisitorID: false },
      {
        ...A_SOURCE,
        dataSourceId: 4,
        idType: "CROSS_DEVICE",
        customerProfileDataRetention: 2_592_000,
      },
      {
        ...A_SOURCE,
        dataSourceId: 6,
        idType: "CROSS_DEVICE",
        customerProfileDataRetention: 3_000_000,
      },
    ];
    const { workspace, notes } = imported({ "datasources.json": sources });
    assert.deepEqual(
      workspace.dataSources.map(({ inboundIdType, retentionMonths }) => [
        inboundIdType,
        retentionMonths,
      ]),
      [
        ["AAM_UUID", 24],
        ["ECID", 24],
        ["CUSTOMER_ID", 24],
        ["CUSTOMER_ID", 1],
        ["CUSTOMER_ID", 2],
      ],
    );
    assert.match(said({ notes }, "assumed").join("\n"), /3000000 seconds become 2 months/);
  });

  it("are days as days, as times, or in milliseconds; three names of a mapping's ID, or none", () => {
    const map = (sid: number, more: Readonly<Record<string, unknown>>) => {
      return { sid, url: "https://x.example/", traitType: "SEGMENT", ...more };
    };
    const destination = {
      ...{ destinationId: 7, pid: 1794, name: "Px", destinationType: "push" },
      mappings: [
        map(11, { mappingId: 1, startDate: "2012-07-04", endDate: "2031-01-01T00:00:00+00:00" }),
        map(12, { destinationMappingId: 2, startDate: Date.UTC(2012, 6, 4), endDate: 0 }),
        map(13, { traitToDataOrderId: "3", startDate: null }),
        map(14, { startDate: "soon" }),
        map(15, {}),
      ],
    };
    const segments = [11, 12, 13, 14, 15].map((sid) => apiSegment(sid));
    const { workspace, notes } = imported({
      "x.json": [A_SOURCE, apiTrait(1), ...segments, destination],
    });
    assert.deepEqual(
      workspace.destinations[0]?.mappings.map(({ mappingId, startDate, endDate }) => {
        return [mappingId, startDate, endDate];
      }),
      [
        [1, "2012-07-04", "2031-01-01"],
        [2, "2012-07-04", null],
        [3, null, null],
        [5, null, null],
      ],
    );
    assert.match(said({ notes }, "lost").join("\n"), /Px", mapping.*Left out. E_VALUE: .*"soon"/);
  });
});

describe("what no file holds", () => {
  it("is asked for where it cannot be guessed: partner, alias and org ID", () => {
    const files = [{ name: "x.json", value: [A_SOURCE, apiTrait(1)] }];
    const nothing = { files, pid: null, alias: null, orgId: null, base: null };
    const asked = importWorkspace(nothing);
    assert.deepEqual(!asked.ok && asked.error.faults.map(({ where }) => where), [
      "--alias",
      "--org",
    ]);
    const two = [...files, { name: "y.json", value: [apiTrait(2, { pid: 7 })] }];
    const choice = importWorkspace({ ...ACME, pid: null, files: two });
    assert.match(JSON.stringify(choice), /--pid.*belong to partners 1794, 7/);
    const wrong = importWorkspace({ ...ACME, files, alias: "no label!", orgId: "x" });
    assert.deepEqual(!wrong.ok && wrong.error.faults.map(({ where }) => where), [
      "--alias",
      "--org",
    ]);
    const empty = importWorkspace({ ...ACME, files: [] });
    assert.match(JSON.stringify(empty), /hold nothing that can be imported/);
  });

  it("is a data source, a merge rule, a folder trait: each has a stand-in and a note", () => {
    const folder = {
      folderId: 4,
      parentFolderId: 0,
      name: "Cars",
      pid: 1794,
      path: "/All Traits/Cars",
    };
    const { workspace, notes } = imported({
      "x.json": [apiTrait(1), apiSegment(2, { mergeRuleDataSourceId: 9 }), folder],
    });
    assert.deepEqual(
      [workspace.dataSources[0]?.name, workspace.mergeRules[0]?.mergeRuleId],
      ["Data source 5", 9],
    );
    assert.equal(workspace.folders[0]?.traitSid, 3);
    assert.match(said({ notes }, "lost").join("\n"), /data source 5.*\n.*merge rule 9/);
  });

  it("may be in a workspace that the import becomes part of, whose objects of the same ID give way", () => {
    const base = imported({
      "x.json": [A_SOURCE, apiTrait(1), apiTrait(3), apiSegment(2)],
    }).workspace;
    const merged = imported(
      { "y.json": [apiTrait(1, { name: "Renamed" }), apiTrait(4)] },
      { base, alias: null, orgId: null },
    );
    assert.deepEqual(
      merged.workspace.traits.map(({ sid, name }) => [sid, name]),
      [
        [3, "Trait 3"],
        [1, "Renamed"],
        [4, "Trait 4"],
      ],
    );
    assert.equal(merged.workspace.segments.length, 1);
    assert.deepEqual(merged.counts, { traits: 2 });
    const other = { base, alias: "other" };
    assert.throws(
      () => imported({ "y.json": [apiTrait(4)] }, other),
      /already, with another alias/,
    );
  });
});

describe("what cannot be meant any more", () => {
  it("takes with it what is meant by it: a refused rule its segments, and these their mappings", () => {
    const mappings = [2, 3].map((sid) => ({ mappingId: sid, sid, url: "https://x.example/" }));
    const { workspace, notes } = imported({
      "x.json": [A_SOURCE, apiTrait(1), apiTrait(4, { traitRule: "k = 1" })],
      "segments.json": [apiSegment(2, { segmentRule: "1T AND NOT 4T" }), apiSegment(3)],
      "d.json": { destinationId: 7, pid: 1794, name: "Px", destinationType: "PUSH", mappings },
    });
    assert.deepEqual(
      workspace.segments.map(({ sid }) => sid),
      [3],
    );
    assert.deepEqual(
      workspace.destinations[0]?.mappings.map(({ sid }) => sid),
      [3],
    );
    const lost = said({ notes }, "lost");
    assert.deepEqual(
      lost.map((line) => line.split("|")[1]),
      [...['trait 4 "Trait 4"', 'segment 2 "Segment 2"', 'destination 7 "Px", mapping 2']],
    );
  });

  it("is a key alone where its default changes nobody's segments", () => {
    const { workspace, notes } = imported({
      "x.json": [A_SOURCE, apiTrait(1, { folderId: 99, comments: 7, type: "x" })],
    });
    assert.deepEqual([workspace.traits[0]?.folderId, workspace.traits[0]?.comments], [0, ""]);
    assert.equal(said({ notes }, "lost").length, 3);
  });

  it("is a secret of a server destination, however deep it lies", () => {
    const destination = {
      ...{ destinationId: 7, pid: 1794, name: "Bid", destinationType: "S2S", mappings: [] },
      ...{ servers: [{ host: "x", login: { password: "hush-1" } }], accessKey: "hush-2" },
      ...{ oauth: { client_secret: "hush-3", tokenUrl: "https://x.example" }, auth: "hush-4" },
    };
    const { workspace, notes } = imported({ "x.json": [destination] });
    assert.doesNotMatch(JSON.stringify([workspace, notes]), /hush/);
    assert.equal(said({ notes }, "lost").length, 4);
    assert.match(JSON.stringify(workspace), /tokenUrl/);
  });
});
