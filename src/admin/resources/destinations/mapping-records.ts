// Who made a mapping, who changed it last, and when; and what it holds beside the workspace. All of them are
// kept with the record of their destination:
//
//   kept.mappings   "12" -> MappingRecord

import type { DestinationMapping } from "@dunlin/contract/workspace";
import type { ResourceContext } from "../resource-kind.ts";

export const MAPPING_RECORDS = "mappings";

export interface MappingRecord {
  /** Milliseconds since the epoch; null, as 0 elsewhere, of a mapping that came with a workspace. */
  readonly createTime: number | null;
  readonly updateTime: number;
  readonly crUID: number;
  readonly upUID: number;
  /** Stored and given back; no page is ever told. */
  readonly tagCode?: string;
  readonly secureTagCode?: string;
}

export type MappingRecords = Readonly<Record<string, MappingRecord>>;

export const UNRECORDED_MAPPING: MappingRecord = {
  ...{ createTime: null, updateTime: 0, crUID: 0, upUID: 0 },
};

export function mappingRecordsOf(
  destinationId: number,
  { recordOf }: ResourceContext,
): MappingRecords {
  // Only `keptWith` below writes this key.
  return (recordOf("destinations", destinationId).kept?.[MAPPING_RECORDS] ?? {}) as MappingRecords;
}

/** What the destination's record keeps from now on; of mappings that are gone nothing. */
export function keptWith(
  destinationId: number,
  { records, mappings }: { records: MappingRecords; mappings: readonly DestinationMapping[] },
  { recordOf }: ResourceContext,
): Readonly<Record<string, unknown>> {
  const kept = recordOf("destinations", destinationId).kept ?? {};
  const left = mappings.flatMap(({ mappingId }) => {
    const record = records[String(mappingId)];
    return record === undefined ? [] : [[String(mappingId), record] as const];
  });
  return { ...kept, [MAPPING_RECORDS]: Object.fromEntries(left) };
}
