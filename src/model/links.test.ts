import assert from "node:assert/strict";
import { test } from "node:test";
import { type Identity, type Link, UNKNOWN_IDENTITY } from "./identity.ts";
import { asDataSourceId } from "./ids.ts";
import { isLinkLive, lastAuthenticated, lastSynced } from "./links.ts";
import { DAY_MS } from "./time.ts";

const DAY_0 = Date.UTC(2026, 0, 1);
const CRM = asDataSourceId(1001);

/** Times in days after day 0; `auth` null: never logged in. */
interface Sketch {
  readonly id: string;
  readonly sync: number;
  readonly auth: number | null;
  readonly syncOrder?: number;
  readonly authOrder?: number;
  readonly source?: number;
}

function linkOf({ id, sync, auth, syncOrder = 1, authOrder = 1, source = 1001 }: Sketch): Link {
  return {
    to: { kind: "declared", dataSourceId: asDataSourceId(source), id },
    state: 0,
    lastSync: DAY_0 + sync * DAY_MS,
    lastAuth: auth === null ? null : DAY_0 + auth * DAY_MS,
    syncOrder,
    authOrder: auth === null ? 0 : authOrder,
  };
}

function device(lastSeenDay: number, ...links: readonly Sketch[]): Identity {
  const lastSeen = DAY_0 + lastSeenDay * DAY_MS;
  return { ...UNKNOWN_IDENTITY, lastSeen, links: links.map(linkOf) };
}

const lastOn = (identity: Identity, day = 10) =>
  lastAuthenticated(identity, CRM, DAY_0 + day * DAY_MS)?.id ?? null;

test("a link lives 120 days from its last sync or its device's last sighting", () => {
  const link = linkOf({ id: "a", sync: 0, auth: null });
  const lives = (day: number, seenDay: number) =>
    isLinkLive(link, DAY_0 + seenDay * DAY_MS, DAY_0 + day * DAY_MS);
  assert.ok(lives(120.9, 0));
  assert.ok(!lives(121, 0));
  assert.ok(lives(200, 100));
  assert.ok(!lives(221, 100));
});

const LAST: readonly (readonly [title: string, links: readonly Sketch[], id: string | null])[] = [
  ["nobody", [], null],
  [
    "of two logins the later",
    [
      { id: "john", sync: 5, auth: 5 },
      { id: "jane", sync: 9, auth: 9 },
    ],
    "jane",
  ],
  [
    "a login however old before a sync",
    [
      { id: "john", sync: 9, auth: null },
      { id: "jane", sync: 2, auth: 1 },
    ],
    "jane",
  ],
  [
    "a login before a later sync of somebody who had logged in earlier",
    [
      { id: "john", sync: 9, auth: 3 },
      { id: "jane", sync: 4, auth: 4 },
    ],
    "jane",
  ],
  [
    "without any login the last sync",
    [
      { id: "john", sync: 5, auth: null },
      { id: "jane", sync: 9, auth: null },
    ],
    "jane",
  ],
  [
    "of logins at one time the one later in the call",
    [
      { id: "john", sync: 5, auth: 5, authOrder: 8 },
      { id: "jane", sync: 5, auth: 5, authOrder: 7 },
    ],
    "john",
  ],
  [
    "of syncs at one time the one later in the call",
    [
      { id: "john", sync: 5, auth: null, syncOrder: 3 },
      { id: "jane", sync: 5, auth: null, syncOrder: 4 },
    ],
    "jane",
  ],
  ["nobody of another data source", [{ id: "x", sync: 5, auth: 5, source: 1004 }], null],
];

for (const [title, links, id] of LAST) {
  test(`last authenticated on a device: ${title}, whatever the order of the links`, () => {
    assert.equal(lastOn(device(9, ...links)), id);
    assert.equal(lastOn(device(9, ...links.toReversed())), id);
  });
}

test("a login is forgotten with its link, and the next one counts", () => {
  const identity = device(0, { id: "john", sync: 5, auth: 5 }, { id: "jane", sync: 2, auth: 2 });
  assert.equal(lastOn(identity, 123), "john");
  assert.equal(lastOn(identity, 126), null);
  const again = device(0, { id: "john", sync: 1, auth: 1 }, { id: "jane", sync: 9, auth: 0 });
  assert.equal(lastOn(again, 121.5), "john");
  assert.equal(lastOn(again, 122), "jane");
});

test("last synced is whoever comes first and lives, logged in or not", () => {
  const identity = device(0, { id: "john", sync: 5, auth: null }, { id: "jane", sync: 2, auth: 2 });
  assert.deepEqual(lastSynced(identity, CRM, DAY_0), { dataSourceId: 1001, id: "john" });
  assert.equal(lastSynced(identity, CRM, DAY_0 + 126 * DAY_MS), null);
  assert.equal(lastSynced(identity, asDataSourceId(1), DAY_0), null);
});
