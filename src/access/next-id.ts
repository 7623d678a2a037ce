import type { ControlRecord } from "../control/control-store.ts";
import type { AccessRecords } from "./access-records.ts";

/** An ID that was never given before, and the record that remembers it: to be written with the change. */
export async function nextId(
  records: AccessRecords,
  kind: "user" | "group",
): Promise<{ readonly id: number; readonly record: ControlRecord }> {
  const id = (await records.readNow("next-id", kind))?.next ?? 1;
  return { id, record: { kind: "next-id", id: kind, value: { next: id + 1 } } };
}
