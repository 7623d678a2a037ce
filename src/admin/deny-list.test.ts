import assert from "node:assert/strict";
import { test } from "node:test";
import { readDenial, type WrittenDenial, writeDenial } from "./deny-list.ts";

const UUID = "22920112968019678612904394744954398990";

const ENTRIES: readonly Required<WrittenDenial>[] = [
  { kind: "device", id: UUID, until: null },
  { kind: "device", id: UUID, until: "2026-01-01T00:00:00.000Z" },
  { kind: "customer", id: "1001:jane", until: null },
  { kind: "customer", id: "1001::jane: 日本\u007f ", until: null },
  { kind: "customer", id: `20915:${"X".repeat(1_024)}`, until: null },
  { kind: "dataSource", id: "1001", until: null },
];

for (const entry of ENTRIES) {
  test(`${entry.kind} ${entry.id.slice(0, 40)} is written as it was read`, () => {
    const denial = readDenial(entry);
    assert.ok(denial.ok);
    assert.deepEqual(writeDenial(denial.value), entry);
  });
}

const REFUSED: readonly (readonly [entry: WrittenDenial, at: readonly string[]])[] = [
  [{ kind: "devices", id: UUID }, ["/kind"]],
  [{ kind: "device", id: `${UUID}0` }, ["/id"]],
  [{ kind: "customer", id: "jane" }, ["/id"]],
  [{ kind: "customer", id: ":jane" }, ["/id"]],
  [{ kind: "customer", id: "1001: " }, ["/id"]],
  [{ kind: "customer", id: "1001:ja\nne" }, ["/id"]],
  [{ kind: "customer", id: `1001:${"x".repeat(1_025)}` }, ["/id"]],
  [{ kind: "customer", id: "01001:jane" }, ["/id"]],
  [{ kind: "dataSource", id: "-1" }, ["/id"]],
  [{ kind: "dataSource", id: "", until: "tomorrow" }, ["/id", "/until"]],
];

for (const [entry, at] of REFUSED) {
  test(`${JSON.stringify(entry).slice(0, 60)} is refused at ${at.join(" and ")}`, () => {
    const denial = readDenial(entry);
    assert.ok(!denial.ok);
    assert.deepEqual(
      denial.error.map((fault) => fault.at),
      at,
    );
  });
}
