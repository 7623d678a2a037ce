// Sheets as text: CSV (RFC 4180), as spreadsheets write and read it.

import { CsvError, parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { type ApiKeys, type Refusal, refusal } from "../../../admin/resources/resource-kind.ts";
import { nearestWord } from "../../../catalog/nearest-word.ts";
import { err, ok, type Result } from "../../../model/result.ts";

/** Most rows that one call may have, below its header. */
export const MAX_ROWS = 1_000;

/** The columns that answers add; a sheet that was answered can be sent again. */
export const RESULT_COLUMNS = ["resultCode", "result"] as const;

/** Columns of the documented sheet, which is one for all kinds: those of others stay empty. */
const DOCUMENTED_COLUMNS: ReadonlySet<string> = new Set([
  ...["dataSourceId", "derivedSignalId", "description", "destinationId", "destinationMappingId"],
  ...["folderId", "name", "parentFolderId", "sid", "sourceKey", "sourceValue", "startDate"],
  ...["targetKey", "targetValue", "traitAlias", "traitRule", "segmentRule", "traitType", "url"],
  ...["valueAlias", "status", "ttl", "integrationCode", "endDate", "priority"],
  ...["mergeRuleDataSourceId", ...RESULT_COLUMNS],
]);

export interface Sheet {
  /** As they were sent, without those of results. */
  readonly columns: readonly string[];
  /** The cells, by column. */
  readonly lines: readonly ReadonlyMap<string, string>[];
}

export function parseSheet(text: string, keys: ApiKeys<never>): Result<Sheet, Refusal> {
  const read = readRecords(text);
  if (!read.ok) return read;
  const [header, ...records] = read.value;
  if (header === undefined || records.length === 0)
    return err(badSheet("Expected a header and rows."));
  if (records.length > MAX_ROWS) {
    return err(badSheet(`Expected at most ${MAX_ROWS} rows below the header.`));
  }
  const names = header.map((name) => name.trim());
  const [only = ""] = names;
  if (names.length === 1 && /[;\t]/.test(only)) {
    return err(badSheet("Expected commas between the cells of the sheet."));
  }
  for (const [place, name] of names.entries()) {
    if (names.indexOf(name) < place) return err(badSheet(`There are two columns ${quote(name)}.`));
    if (Object.hasOwn(keys, name) || DOCUMENTED_COLUMNS.has(name)) continue;
    const nearest = nearestWord(name, [...Object.keys(keys), ...DOCUMENTED_COLUMNS]);
    const help = nearest === null ? "." : `; did you mean ${quote(nearest)}?`;
    return err(badSheet(`There is no column ${quote(name)}${help}`));
  }
  const isResult = (name: string) => RESULT_COLUMNS.some((column) => column === name);
  const columns = names.filter((name) => !isResult(name));
  const lines = records.map(
    (cells) =>
      new Map(
        cells.flatMap((cell, place) => {
          const name = names[place] ?? "";
          return isResult(name) ? [] : [[name, withoutGuard(cell)] as const];
        }),
      ),
  );
  return ok({ columns, lines });
}

/** The values of a line's cells, those that are empty left out. */
export function rowOf(
  line: ReadonlyMap<string, string>,
  keys: ApiKeys<never>,
): Readonly<Record<string, unknown>> {
  const cells = [...line].filter(([, cell]) => cell !== "");
  return Object.fromEntries(
    cells.map(([name, cell]) => [name, cellValue(cell, keys[name]?.schema)]),
  );
}

/**
 * Lines with more columns than the sheet had: its results. Cells that a spreadsheet would take for formulas get an
 * apostrophe in front, which is taken away again when they are read.
 */
export function printSheet(
  columns: readonly string[],
  lines: readonly (readonly string[])[],
): string {
  const header = [...columns, ...RESULT_COLUMNS];
  return stringify([header, ...lines], { escape_formulas: true, record_delimiter: "\r\n" });
}

function readRecords(text: string): Result<readonly (readonly string[])[], Refusal> {
  try {
    const options = { bom: true, skip_empty_lines: true, to: MAX_ROWS + 2 };
    return ok(parse(text, options));
  } catch (fault) {
    if (!(fault instanceof CsvError)) throw fault;
    // The parser's own message quotes the sheet, which belongs in no log.
    const line: unknown = Reflect.get(fault, "lines");
    const where = typeof line === "number" ? ` (line ${line})` : "";
    return err(badSheet(`The sheet is not CSV with as many cells in each row${where}.`));
  }
}

/** Undoes what `printSheet` does to a cell, and what people do who know spreadsheets. */
function withoutGuard(cell: string): string {
  return /^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell;
}

/** What the key is of says what the cell is. A cell that is not like that stays a text, and is refused as one. */
function cellValue(cell: string, schema: Readonly<Record<string, unknown>> | undefined): unknown {
  const types = [schema?.["type"] ?? "string"].flat();
  if (types.includes("integer") && /^-?[0-9]{1,15}$/.test(cell)) return Number(cell);
  if (types.includes("boolean") && /^(?:true|false)$/i.test(cell)) return /^true$/i.test(cell);
  if (!types.includes("array")) return cell;
  return cell.split(",").map((part) => (/^[0-9]{1,15}$/.test(part.trim()) ? Number(part) : part));
}

function badSheet(message: string): Refusal {
  return refusal("bad-request", message, [{ at: "", code: "E_VALUE", message }]);
}

function quote(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
