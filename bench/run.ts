// `npm run bench`: every row. `npm run bench -- match event.vs_http` runs the rows whose name begins so.
// `--quick` measures too briefly to be believed and keeps nothing: for trying.

import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Figure, Row } from "./harness.ts";
import { keepResult, tableOf } from "./report.ts";
import { CALL_ROW } from "./rows/call.ts";
import { DURABILITY_ROW } from "./rows/durability.ts";
import { EVENT_ROW } from "./rows/event.ts";
import { FLATNESS_ROW } from "./rows/flatness.ts";
import { INPUT_ROW } from "./rows/input.ts";
import { MATCH_ROW } from "./rows/match.ts";
import { PIXEL_ROW } from "./rows/pixel.ts";
import { PROFILE_BYTES_ROW } from "./rows/profile-bytes.ts";
import { PUBLISH_ROW } from "./rows/publish.ts";
import { RECORD_ROW } from "./rows/record.ts";
import { REDIS_ROW } from "./rows/redis.ts";
import { SCALE_ROW } from "./rows/scale.ts";

const ROWS: readonly Row[] = [
  EVENT_ROW,
  CALL_ROW,
  PIXEL_ROW,
  FLATNESS_ROW,
  PUBLISH_ROW,
  DURABILITY_ROW,
  REDIS_ROW,
  SCALE_ROW,
  RECORD_ROW,
  PROFILE_BYTES_ROW,
  MATCH_ROW,
  INPUT_ROW,
];

const root = fileURLToPath(new URL("..", import.meta.url));
const args = process.argv.slice(2);
const quick = args.includes("--quick");
const wanted = args.filter((arg) => !arg.startsWith("--"));

const rows = ROWS.filter(
  ({ name }) => wanted.length === 0 || wanted.some((w) => w.startsWith(name) || name.startsWith(w)),
);
if (rows.length === 0) {
  console.error(`No such row. There are: ${ROWS.map((row) => row.name).join(", ")}.`);
  process.exit(1);
}

const figures: Figure[] = [];
for (const row of rows) {
  const progress = (text: string) => console.error(`${row.name}: ${text}`);
  figures.push(...(await row.run({ quick, progress })));
}
console.log(`\n${tableOf(figures)}`);
if (!quick) {
  const command = ["npm run bench", ...(args.length > 0 ? ["--", ...args] : [])].join(" ");
  console.log(`\nKept in ${relative(root, keepResult(root, command, figures))}`);
}
