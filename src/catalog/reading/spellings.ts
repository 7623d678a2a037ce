// Texts with a form of their own: names of hosts, countries, days, cookies, URLs.

import { CATALOG_LIMITS } from "../limits.ts";
import { quote, type Reading } from "./reading.ts";
import { mapped, nullOr, type Reader, setOf, text } from "./values.ts";

const LIMITS = CATALOG_LIMITS;

export const nameText = text({ min: 1, max: LIMITS.nameLength });
export const freeText = text({ max: LIMITS.textLength });
/** A business value of the customer's own. */
export const looseCode = nullOr(text({ max: LIMITS.integrationCodeLength }));

const HOST =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;

/** Host names compare in any letter case; they are kept in lower case. */
export const hostName = mapped(
  text({
    max: LIMITS.hostLength,
    pattern: HOST,
    expected: 'a host name without scheme, port or wildcard, such as "www.example.com"',
  }),
  (host) => host.toLowerCase(),
);

export const hostList = setOf(hostName, { max: LIMITS.hostsPerList });
/** Null: every host. */
export const allowList = nullOr(hostList);

export const country = mapped(
  text({
    max: LIMITS.nameLength,
    pattern: /^[a-z]{2}$/i,
    expected: 'a country as two letters (ISO 3166-1), such as "IE"',
  }),
  (code) => code.toUpperCase(),
);

export const countryList = setOf(country, { max: LIMITS.countriesPerList });

const dayText = text({
  max: LIMITS.nameLength,
  pattern: /^\d{4}-\d{2}-\d{2}$/,
  expected: 'a day as yyyy-MM-dd, such as "2026-01-31"',
});

/** A day of the calendar, as written: `2026-02-30` is none. */
export const day: Reader<string> = (input, reading) => {
  const written = dayText(input, reading);
  if (written === undefined || isRealDay(written)) return written;
  reading.fault("E_VALUE", `Found ${quote(written)}; there is no such day.`);
  return undefined;
};

function isRealDay(written: string): boolean {
  const time = Date.parse(`${written}T00:00:00Z`);
  // Some parsers carry 30 February over into March instead of refusing it.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(written);
}

/** A token as RFC 6265 wants the name of a cookie. */
export const cookieName = text({
  max: LIMITS.nameLength,
  pattern: /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/,
  expected: "the name of a cookie: letters, digits and !#$%&'*+-.^_`|~",
});

/** "" = any domain; a leading period covers what is below it too. */
export const cookieDomain: Reader<string> = (input, reading) => {
  if (input === "") return "";
  const written = typeof input === "string" && input.startsWith(".") ? input.slice(1) : input;
  const host = hostName(written, reading);
  return host === undefined ? undefined : `${written === input ? "" : "."}${host}`;
};

/**
 * A URL that pages fire. The scheme is that of the page where it is left out or written as a macro; any
 * other than http and https could run code in the page and is refused.
 */
export const pageUrl = urlText(/^(https?:|%http_proto%:)?\/\//i, "http:// or https:// or //");
export const securePageUrl = urlText(/^(https:|%http_proto%:)?\/\//i, "https:// or //");

function urlText(start: RegExp, starts: string): Reader<string> {
  return text({
    max: LIMITS.urlLength,
    pattern: new RegExp(`${start.source}[^\\s\\u0000-\\u001f\\u007f]+$`, "i"),
    expected: `a URL that begins with ${starts} and holds no blanks`,
  });
}

/** The place in a serialized URL where the list of aliases goes, in any letter case. */
const ALIAS_MACRO = /%alias%/i;

export function hasAliasMacro(url: string): boolean {
  return ALIAS_MACRO.test(url);
}

/** A number, or its digits as a text: the management API's samples write some settings so. */
export function digitsOrNumber(reader: Reader<number>): Reader<number> {
  return (input: unknown, reading: Reading) =>
    reader(typeof input === "string" && /^\d{1,15}$/.test(input) ? Number(input) : input, reading);
}
