// The rows of the shared cases, through the parser and both indexes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { asDataSourceId, asTraitId } from "../../model/ids.ts";
import { fold, type Signals } from "../../model/signal.ts";
import { parseTraitRule } from "../trait-rule/trait-rule.ts";
import { buildSlowTraitIndex } from "./slow-trait-index.ts";
import { buildTraitIndex } from "./trait-index.ts";

interface Row {
  readonly id: string;
  readonly rule: string;
  readonly signals?: Readonly<Record<string, readonly string[]>>;
  /** Raw query strings belong to the splitting of values, which is tested where that lives. */
  readonly query?: string;
  readonly expect: boolean | string;
}

const url = new URL("../../../cases/trait-rules.json", import.meta.url);
// The file is ours: its form is what the rows' interface says.
const rows = JSON.parse(readFileSync(url, "utf8")) as readonly Row[];

for (const row of rows.filter(({ query }) => query === undefined)) {
  test(`case ${row.id}: ${row.rule} gives ${row.expect}`, () => {
    const parsed = parseTraitRule(row.rule);
    if (typeof row.expect === "string") {
      assert.equal(parsed.ok ? "no fault" : parsed.error.code, row.expect);
      return;
    }
    assert.ok(parsed.ok, parsed.ok ? "" : parsed.error.message);
    const traits = [{ sid: asTraitId(7), dataSourceId: asDataSourceId(1), rule: parsed.value }];
    for (const build of [buildTraitIndex, buildSlowTraitIndex]) {
      const index = build(traits, { caseSensitive: false });
      const realized = index.realized(signalsOf(row.signals ?? {}), null);
      assert.deepEqual(realized, row.expect ? [7] : [], build.name);
    }
  });
}

function signalsOf(valuesByKey: Readonly<Record<string, readonly string[]>>): Signals {
  const pairs = Object.entries(valuesByKey).flatMap(([key, values]) =>
    values.map((value) => ({ key: fold(key), value })),
  );
  return {
    keys: pairs.map(({ key }) => key),
    values: pairs.map(({ value }) => value),
    folded: pairs.map(({ value }) => fold(value)),
  };
}
