// The page that publishes ID syncs from within an iframe ("DCS and visitor-ID service", `/dest5.html`).
// A page of our own that speaks the messages which the visitor API and DIL send. It reports to nobody.

import { readFileSync } from "node:fs";

const SCRIPT = readFileSync(new URL("./sync-page.client.js", import.meta.url), "utf8");

/** The page for a platform domain; its cookies are of that domain. */
export function syncPage(domain: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="robots" content="noindex"><title>ID sync</title></head>
<body data-domain="${domain.replace(/[^a-z0-9.-]/gi, "")}"><script type="module">
${SCRIPT}</script></body>
</html>
`;
}
