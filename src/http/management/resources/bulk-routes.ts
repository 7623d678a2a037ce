// Sheets: one operation over many objects of one kind ("Management API, reports and UI", Bulk operations). Each row
// is answered for itself.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isAtLeast } from "../../../access/caller.ts";
import type { NodeControl } from "../../../admin/node-control.ts";
import { changeRows, type RowOutcome } from "../../../admin/resources/bulk/change-rows.ts";
import { SHEET_KINDS, type SheetKind } from "../../../admin/resources/bulk/sheet-kinds.ts";
import type { ApiObject } from "../../../admin/resources/resource-kind.ts";
import { type Problem, problem, problemBody, sendProblem } from "../problems.ts";
import { askerOf, contextOf, WITH_RIGHTS } from "./add-resource.ts";
import { problemOf, problemOfChange, refuse } from "./refusals.ts";
import { PARTNER, refusalSchemas } from "./resource-schemas.ts";
import { estimateRow } from "./sheet-estimates.ts";
import { MAX_ROWS, parseSheet, printSheet, rowOf } from "./sheet-text.ts";

const OPERATIONS = ["request", "create", "update", "delete", "estimate"] as const;
type Operation = (typeof OPERATIONS)[number];
type KindName = keyof typeof SHEET_KINDS;

const CSV = "text/csv; charset=utf-8";
const DONE = { request: 200, estimate: 200, create: 201, update: 200, delete: 204 } as const;

interface BulkCall {
  readonly Params: { readonly operation: string; readonly kind: string };
}

export function addBulkRoutes(app: FastifyInstance, control: NodeControl): void {
  const schema = {
    tags: ["bulk"],
    summary: "One operation over many objects, a row each",
    description: [
      `A sheet of at most ${MAX_ROWS} rows, whose header names keys of the objects.`,
      "The answer is the sheet with `resultCode`, the status of each row, and `result`, its JSON.",
    ].join(" "),
    consumes: ["text/csv"],
    params: {
      type: "object",
      properties: {
        operation: { type: "string", enum: OPERATIONS },
        kind: { type: "string", enum: Object.keys(SHEET_KINDS) },
      },
    },
    querystring: { type: "object", properties: PARTNER },
    body: { type: "string" },
    response: {
      200: { content: { "text/csv": { schema: { type: "string" } } } },
      ...refusalSchemas(400, 403, 404, 415),
    },
  };
  const config = { ...WITH_RIGHTS.config, acceptsCsv: true, givesCsv: true } as const;
  app.post<BulkCall>("/v1/bulk/:operation/:kind", { config, schema }, async (request, reply) => {
    const operation = OPERATIONS.find((each) => each === request.params.operation);
    const kind = kindNamed(request.params.kind);
    if (operation === undefined || kind === null) {
      const kinds = Object.keys(SHEET_KINDS).join(", ");
      const detail = `Expected /bulk/, one of ${OPERATIONS.join(", ")}, and one of ${kinds}.`;
      return sendProblem(reply, problem(404, detail));
    }
    if (operation === "estimate" && kind !== "segments") {
      return sendProblem(reply, problem(400, "Only segments can be estimated."));
    }
    const { body } = request;
    if (typeof body !== "string") {
      return sendProblem(reply, problem(415, "Expected Content-Type: text/csv, and a sheet."));
    }
    const sheet = SHEET_KINDS[kind];
    const parsed = parseSheet(body, sheet.keys);
    if (!parsed.ok) return refuse(reply, parsed.error);
    const { columns, lines } = parsed.value;
    const rows = lines.map((line) => rowOf(line, sheet.keys));
    const answers = await answerRows({ operation, sheet, rows, control }, request, reply);
    const printed = lines.map((line, place) =>
      printLine({ columns, line, answer: answers[place] ?? null }, request.id),
    );
    return reply.type(CSV).send(printSheet(columns, printed));
  });
}

function kindNamed(name: string): KindName | null {
  // The table's own names.
  return Object.hasOwn(SHEET_KINDS, name) ? (name as KindName) : null;
}

/** What became of a row. */
export type RowAnswer =
  | { readonly status: number; readonly shown: ApiObject | null }
  | { readonly problem: Problem };

interface Rows {
  readonly operation: Operation;
  readonly sheet: SheetKind;
  readonly rows: readonly ApiObject[];
  readonly control: NodeControl;
}

async function answerRows(
  { operation, sheet, rows, control }: Rows,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<readonly RowAnswer[]> {
  const asker = askerOf(request);
  switch (operation) {
    case "request": {
      const context = await contextOf(control.desk, request, reply);
      return rows.map((row): RowAnswer => {
        const found = sheet.find(row, context);
        if (!found.ok) return { problem: problemOf(found.error) };
        return { status: DONE.request, shown: found.value };
      });
    }
    case "estimate": {
      const { pid, caller } = asker;
      if (!isAtLeast(caller.rights.roleWith(pid), "viewer")) {
        const refused = problem(403, `This needs the role viewer with partner ${pid}.`);
        return rows.map(() => ({ problem: refused }));
      }
      const answers: RowAnswer[] = [];
      // One after the other: counts are for everybody.
      for (const row of rows)
        answers.push(await estimateRow(control.counting, { pid, row, reply }));
      return answers;
    }
    default: {
      const outcomes = await changeRows(control.desk, asker, { sheet, change: operation, rows });
      await contextOf(control.desk, request, reply);
      return outcomes.map((outcome) => answerOf(outcome, DONE[operation]));
    }
  }
}

function answerOf(outcome: RowOutcome, status: number): RowAnswer {
  if (outcome.kind === "done") return { status, shown: outcome.shown };
  return { problem: problemOfChange(outcome) };
}

interface Line {
  readonly columns: readonly string[];
  readonly line: ReadonlyMap<string, string>;
  readonly answer: RowAnswer | null;
}

/** Cells as they were sent, the empty ones filled by what is known now. */
function printLine({ columns, line, answer }: Line, requestId: string): readonly string[] {
  const shown = answer !== null && "shown" in answer ? answer.shown : null;
  const cells = columns.map((name) => line.get(name) || cellOf(shown?.[name]));
  if (answer === null) return [...cells, "", ""];
  if ("problem" in answer) {
    return [...cells, String(answer.problem.status), problemBody(answer.problem, requestId)];
  }
  return [...cells, String(answer.status), shown === null ? "" : JSON.stringify(shown)];
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.every(isPlain) ? value.join(",") : "";
  return isPlain(value) ? String(value) : "";
}

function isPlain(value: unknown): boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}
