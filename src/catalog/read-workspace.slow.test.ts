// The size that the server is built for: it reads, compiles, and one trait more is refused.

import assert from "node:assert/strict";
import { it } from "node:test";
import { asPartnerId } from "../model/ids.ts";
import { aPartner, aSegment, aTrait } from "./builders.ts";
import { compileSnapshot } from "./compile.ts";
import { CATALOG_LIMITS } from "./limits.ts";
import { printWorkspace } from "./print-workspace.ts";
import { readWorkspace } from "./read-workspace.ts";

const owned = { pid: 1, dataSourceId: 20914 };

const TRAITS = Array.from({ length: CATALOG_LIMITS.traitsPerPartner }, (_, index) =>
  aTrait(index + 1, {
    ...owned,
    traitRule: `c_key${index % 500} == "value ${index}" AND NOT price >= ${index % 100}`,
  }),
);

const SEGMENTS = Array.from({ length: CATALOG_LIMITS.segmentsPerPartner }, (_, index) =>
  aSegment(
    1_000_001 + index,
    `${index + 1}T AND frequency([${5 * index + 1}T] <= 30D) >= 2`,
    owned,
  ),
);

it("a partner may have 100,000 traits and 20,000 segments, and no more", () => {
  const document = { partners: [aPartner(1), aPartner(2)], traits: TRAITS, segments: SEGMENTS };
  const read = readWorkspace(document);
  assert.ok(read.ok);
  const { workspace } = read.value;
  const snapshot = compileSnapshot(workspace, { revision: 1, secret: new Uint8Array(32) });
  const partner = snapshot.partnersById.get(asPartnerId(1));
  assert.equal(partner?.traits.size, TRAITS.length);
  assert.equal(partner?.segments.size, SEGMENTS.length);
  const signals = { keys: ["c_key7"], values: ["Value 507"], folded: ["value 507"] };
  assert.deepEqual(partner?.traitIndex.realized(signals, null), [508]);

  const again = readWorkspace(JSON.parse(JSON.stringify(printWorkspace(workspace))));
  assert.ok(again.ok);
  assert.deepEqual(again.value.workspace.traits.at(-1), workspace.traits.at(-1));

  const oneMore = readWorkspace({ ...document, traits: [...TRAITS, aTrait(999_999, owned)] });
  assert.deepEqual(oneMore.ok ? [] : oneMore.error.map(({ at, code }) => [at, code]), [
    [`/traits/${TRAITS.length}`, "E_LIMIT"],
  ]);
});
