// IDs that platforms hand out for advertising ("DCS and visitor-ID service", Global device data
// sources). Any partner may use them, and their formats are enforced: a wrong one is somebody else's.

import { asDataSourceId, type DataSourceId } from "../../model/ids.ts";

export interface GlobalDeviceFormat {
  readonly pattern: RegExp;
  readonly maxCharacters: number;
  /** Follows "expected" in a sentence. */
  readonly expected: string;
}

const UUID_CHARACTERS = 36;

const LOWER_CASE: GlobalDeviceFormat = {
  pattern: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  maxCharacters: UUID_CHARACTERS,
  expected: "8-4-4-4-12 hexadecimal digits in lower case, not all zero",
};
const UPPER_CASE: GlobalDeviceFormat = {
  pattern: /^[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}$/,
  maxCharacters: UUID_CHARACTERS,
  expected: "8-4-4-4-12 hexadecimal digits in upper case, not all zero",
};
const ALPHANUMERIC: GlobalDeviceFormat = {
  pattern: /^[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*$/,
  maxCharacters: 64,
  expected: "letters and digits, with single hyphens between them, at most 64, not all zero",
};

const FORMATS: ReadonlyMap<DataSourceId, GlobalDeviceFormat> = new Map(
  (
    [
      [20914, LOWER_CASE], // Google
      [20915, UPPER_CASE], // Apple
      [121963, LOWER_CASE], // Roku
      [389146, ALPHANUMERIC], // Microsoft
      [488258, LOWER_CASE], // Amazon Fire TV
      [963906, ALPHANUMERIC], // Samsung Tizen
      [1171485, LOWER_CASE], // LG webOS
      [1171489, ALPHANUMERIC], // Vizio
    ] as const
  ).map(([id, format]) => [asDataSourceId(id), format]),
);

/** What platforms hand out to people who do not want to be told apart: it would merge strangers. */
const ALL_ZERO = /^[0-]+$/;

/** The format that a data source enforces, or null where it takes any ID. */
export function globalDeviceFormat(dataSourceId: DataSourceId): GlobalDeviceFormat | null {
  return FORMATS.get(dataSourceId) ?? null;
}

export function fitsFormat(id: string, { pattern, maxCharacters }: GlobalDeviceFormat): boolean {
  return id.length <= maxCharacters && pattern.test(id) && !ALL_ZERO.test(id);
}
