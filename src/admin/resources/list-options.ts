// The options that all lists of the management API have in common: pages, order, search ("Management API,
// reports and UI", List options). Read from a query that may hold anything; applied to what would be answered.

import type { Fault } from "@dunlin/contract/workspace";
import type { Permission } from "../../access/caller.ts";
import { err, ok, type Result } from "../../model/result.ts";

export type ObjectPermission = Extract<Permission, "READ" | "WRITE" | "CREATE" | "DELETE">;
export const OBJECT_PERMISSIONS = ["READ", "WRITE", "CREATE", "DELETE"] as const;

export interface ListOptions {
  /** Null: the bare list is wanted. */
  readonly page: { readonly number: number; readonly size: number } | null;
  /** A key of the objects in the list. */
  readonly sortBy: string | null;
  readonly descending: boolean;
  /** Lower case; null where nothing is searched. */
  readonly search: string | null;
}

/** A query as it is parsed: a parameter that is given more than once has several values. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Page<T> {
  /** Of all that the options leave, not only of this page. */
  readonly total: number;
  readonly page: number;
  readonly pageSize: number;
  readonly list: readonly T[];
}

export const LIST_OPTION_NAMES = ["page", "pageSize", "sortBy", "descending", "search"] as const;

const DEFAULT_PAGE_SIZE = 10;
const MAX_PAGE_SIZE = 1_000;

/** `sortable` are the keys that objects of this list may be ordered by. */
export function readListOptions(
  query: Query,
  sortable: Iterable<string>,
): Result<ListOptions, readonly Fault[]> {
  const reading = new QueryReading(query);
  const number = reading.count("page", { min: 0, max: Number.MAX_SAFE_INTEGER });
  const size = reading.count("pageSize", { min: 1, max: MAX_PAGE_SIZE });
  const descending = reading.flag("descending");
  const sortBy = reading.oneOf("sortBy", sortable);
  const search = reading.text("search");
  const page =
    number === null && size === null
      ? null
      : { number: number ?? 0, size: size ?? DEFAULT_PAGE_SIZE };
  if (reading.faults.length > 0) return err(reading.faults);
  return ok({ page, sortBy, descending, search: search?.toLowerCase() ?? null });
}

/** What a query says, parameter by parameter; whatever is wrong with it is noted. */
export class QueryReading {
  readonly faults: Fault[] = [];
  readonly #query: Query;

  constructor(query: Query) {
    this.#query = query;
  }

  /** Null where it is left out. Of a parameter that is given more than once the last counts. */
  text(name: string): string | null {
    return this.texts(name).at(-1) ?? null;
  }

  /** Every value of a parameter that may be given more than once. */
  texts(name: string): readonly string[] {
    const value = Object.hasOwn(this.#query, name) ? this.#query[name] : undefined;
    if (value === undefined) return [];
    return typeof value === "string" ? [value] : value;
  }

  flag(name: string): boolean {
    const text = this.text(name);
    // `?descending` and `?descending=` are as good as `?descending=true`.
    if (text === null || text === "false") return false;
    if (text !== "true" && text !== "") this.fault(name, "true or false");
    return text === "true" || text === "";
  }

  count(name: string, { min, max }: { readonly min: number; readonly max: number }): number | null {
    const text = this.text(name);
    if (text === null) return null;
    const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    const bound = max === Number.MAX_SAFE_INTEGER ? "or more" : `to ${max}`;
    return this.fault(name, `a whole number, ${min} ${bound}`);
  }

  /** IDs: positive integers, or 0 for a root. */
  ids(name: string): readonly number[] {
    return this.texts(name).flatMap((text) => {
      if (/^[0-9]{1,15}$/.test(text)) return [Number(text)];
      this.fault(name, "an ID, which is a whole number");
      return [];
    });
  }

  id(name: string): number | null {
    return this.ids(name).at(-1) ?? null;
  }

  oneOf<T extends string>(name: string, values: Iterable<T>): T | null {
    const text = this.text(name);
    if (text === null) return null;
    const known = [...values];
    // Found among those of its type.
    if ((known as string[]).includes(text)) return text as T;
    return this.fault(name, `one of ${known.join(", ")}`);
  }

  fault(name: string, expected: string): null {
    const message = `Expected \`${name}\` to be ${expected}.`;
    this.faults.push({ at: `/${name}`, code: "E_VALUE", message });
    return null;
  }
}

/** What the caller may read is always the least that is listed. */
export function readPermissions(reading: QueryReading): readonly ObjectPermission[] {
  // Clients of segments know it in the singular.
  const names = ["permissions", "permission"] as const;
  const known = names.flatMap((name) => {
    const wanted = reading.texts(name).flatMap((text) => text.split(","));
    const own = OBJECT_PERMISSIONS.filter((each) => wanted.includes(each));
    if (own.length < new Set(wanted).size) {
      reading.fault(name, `one or several of ${OBJECT_PERMISSIONS.join(", ")}`);
    }
    return own;
  });
  return [...new Set([...known, "READ" as const])];
}

export interface PlainList<T> {
  readonly items: readonly T[];
  /** What they may be ordered by. */
  readonly keys: Iterable<string>;
  /** What the caller may do to each of them. */
  permissionsOn(item: T): readonly Permission[];
  /** What is answered for one, where that is not itself. */
  show?(item: T): object;
}

/** A list of what is no resource with a table of keys, with the options that all lists have. */
export function listPlain<T extends object>(
  query: Query,
  { items, keys, permissionsOn, show = (item) => item }: PlainList<T>,
): Result<readonly object[] | Page<object>, readonly Fault[]> {
  const reading = new QueryReading(query);
  const isShown = reading.flag("includePermissions");
  const wanted = readPermissions(reading);
  const options = readListOptions(query, keys);
  const faults = [...(options.ok ? [] : options.error), ...reading.faults];
  if (!options.ok || faults.length > 0) return err(faults);
  const listed = items.filter((item) => {
    const permissions = permissionsOn(item);
    return wanted.every((each) => permissions.includes(each));
  });
  const showAll = (item: T): object =>
    isShown ? { ...show(item), permissions: permissionsOn(item) } : show(item);
  return ok(applyListOptions(listed, options.value, showAll));
}

/**
 * Searches, orders and cuts a list. `show` gives what is answered for an item: it is asked only for the items
 * of the page, unless something is searched or ordered by what only the answer holds.
 */
export function applyListOptions<T, Shown extends object>(
  items: readonly T[],
  options: ListOptions,
  show: (item: T) => Shown,
): readonly Shown[] | Page<Shown> {
  const { page, search, sortBy } = options;
  if (search === null && sortBy === null) {
    if (page === null) return items.map(show);
    return pageOf(items, page, show);
  }
  let shown: readonly Shown[] = items.map(show);
  if (search !== null) shown = shown.filter((each) => holds(each, search));
  if (sortBy !== null) shown = sortedBy(shown, sortBy, options.descending);
  return page === null ? shown : pageOf(shown, page, (each) => each);
}

function pageOf<T, Shown>(
  items: readonly T[],
  { number, size }: { readonly number: number; readonly size: number },
  show: (item: T) => Shown,
): Page<Shown> {
  const list = items.slice(number * size, (number + 1) * size).map(show);
  return { total: items.length, page: number, pageSize: size, list };
}

function holds(value: unknown, search: string): boolean {
  if (value === null || value === undefined) return false;
  if (typeof value === "object") return Object.values(value).some((part) => holds(part, search));
  return String(value).toLowerCase().includes(search);
}

/** Numbers by size, texts by their letters whatever their case, nothing last; equal ones stay in order. */
function sortedBy<T extends object>(
  items: readonly T[],
  key: string,
  isDescending: boolean,
): readonly T[] {
  const direction = isDescending ? -1 : 1;
  return items
    .map((item) => ({ item, value: sortValue(Reflect.get(item, key)) }))
    .sort((one, other) => {
      if (one.value === null || other.value === null) {
        return Number(one.value === null) - Number(other.value === null);
      }
      return direction * compare(one.value, other.value);
    })
    .map(({ item }) => item);
}

function sortValue(value: unknown): string | number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "boolean") return Number(value);
  return (typeof value === "string" ? value : JSON.stringify(value)).toLowerCase();
}

function compare(one: string | number, other: string | number): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  const [first, second] = [String(one), String(other)];
  return first < second ? -1 : Number(first > second);
}
