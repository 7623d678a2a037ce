import assert from "node:assert/strict";
import { test } from "node:test";
import { asDataSourceId } from "../../model/ids.ts";
import { fitsFormat, globalDeviceFormat } from "./global-device-ids.ts";

const LOWER = "e4fe9bde-caa0-47b6-908d-ffba3fa184f2";
const ZERO = "00000000-0000-0000-0000-000000000000";

const LOWER_CASE = [20914, 121963, 488258, 1171485];
const ALPHANUMERIC = [389146, 963906, 1171489];

const FITS: readonly (readonly [dataSources: readonly number[], id: string, fits: boolean])[] = [
  [LOWER_CASE, LOWER, true],
  [LOWER_CASE, LOWER.toUpperCase(), false],
  [LOWER_CASE, ZERO, false],
  [LOWER_CASE, LOWER.replaceAll("-", ""), false],
  [LOWER_CASE, `${LOWER}\n`, false],
  [LOWER_CASE, `${LOWER}0`, false],
  [LOWER_CASE, LOWER.replace("e", "g"), false],
  [LOWER_CASE, "", false],
  [[20915], LOWER.toUpperCase(), true],
  [[20915], LOWER, false],
  [[20915], ZERO, false],
  [[20915, 20914], "12345678-1234-1234-1234-123456789012", true],
  [[20915], "A53CC5A2-6AA1-4210-8DED-A88B29B6212Z", false],
  [ALPHANUMERIC, "7XCBNROQJQPYW", true],
  [ALPHANUMERIC, "0a1b2c3d-1111-2222-3333-444455556666", true],
  [ALPHANUMERIC, "x", true],
  [ALPHANUMERIC, "0", false],
  [ALPHANUMERIC, ZERO, false],
  [ALPHANUMERIC, "aa.bb", false],
  [ALPHANUMERIC, "aa--bb", false],
  [ALPHANUMERIC, "-aa", false],
  [ALPHANUMERIC, "aa-", false],
  [ALPHANUMERIC, "äa", false],
  [ALPHANUMERIC, "a".repeat(64), true],
  [ALPHANUMERIC, "a".repeat(65), false],
  [ALPHANUMERIC, `${"a-".repeat(100_000)}!`, false],
];

for (const [dataSources, id, fits] of FITS) {
  test(`"${id.slice(0, 40)}" ${fits ? "is" : "is no"} ID of ${dataSources.join(", ")}`, () => {
    for (const dataSource of dataSources) {
      const format = globalDeviceFormat(asDataSourceId(dataSource));
      assert.ok(format !== null);
      assert.equal(fitsFormat(id, format), fits);
    }
  });
}

test("data sources of partners, and push tokens, have no format of their own", () => {
  for (const dataSource of [0, 1001, 20920]) {
    assert.equal(globalDeviceFormat(asDataSourceId(dataSource)), null);
  }
});
