// Bytes and headers that never change.

/** A transparent GIF of one pixel. */
export const PIXEL = Buffer.from(
  "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
  "base64",
);

/** On every answer ("DCS and visitor-ID service", Headers on every response). */
export const COMMON_HEADERS = [
  "Cache-Control: no-cache,no-store,must-revalidate,max-age=0,proxy-revalidate,no-transform,private",
  "Pragma: no-cache",
  "Expires: Thu, 01 Jan 1970 00:00:00 GMT",
  'P3P: policyref="/w3c/p3p.xml", CP="NOI NID CURa ADMa DEVa PSAa PSDa OUR SAMa BUS PUR COM NAV INT"',
  "X-Content-Type-Options: nosniff",
  "Cross-Origin-Resource-Policy: cross-origin",
  "Timing-Allow-Origin: *",
  "",
].join("\r\n");

/** Over TLS only. */
export const STRICT_TRANSPORT =
  "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n";

/** Crawlers have no business on any host of the collection plane. */
export const ROBOTS = "User-agent: *\nDisallow: /\n";

export const P3P_POLICY_REFERENCE =
  '<?xml version="1.0"?>\n<META xmlns="http://www.w3.org/2002/01/P3Pv1"><POLICY-REFERENCES/></META>\n';
