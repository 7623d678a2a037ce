// `npm run bench -- --help` says what can be measured and how to choose.

import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { helpText, readOrder, refusalText } from "./choose-rows.ts";
import type { Figure } from "./harness.ts";
import { keepResult, tableOf } from "./report.ts";
import { ROWS, type TableRow } from "./row-table.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const args = process.argv.slice(2);

async function measure(rows: readonly TableRow[], quick: boolean): Promise<void> {
  const figures: Figure[] = [];
  for (const { name, run, figures: listed } of rows) {
    const progress = (text: string) => console.error(`${name}: ${text}`);
    const measured = await run({ quick, progress });
    figures.push(...measured);
    for (const { row } of measured) {
      if (!listed.includes(row)) progress(`${row} is missing in bench/row-table.ts`);
    }
  }
  console.log(`\n${tableOf(figures)}`);
  if (quick) return;
  const command = ["npm run bench", ...(args.length > 0 ? ["--", ...args] : [])].join(" ");
  console.log(`\nKept in ${relative(root, keepResult(root, command, figures))}`);
}

const order = readOrder(args, ROWS);
switch (order.kind) {
  case "help":
    console.log(helpText(ROWS));
    break;
  case "refused":
    console.error(refusalText(order.words, ROWS));
    process.exitCode = 2;
    break;
  case "run":
    await measure(order.rows, order.quick);
}
