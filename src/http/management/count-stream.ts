// Answers that take a while: one JSON document at the end, or, for who accepts it, a line of JSON for each thing
// that is known meanwhile. The count ends when its caller goes.

import { PassThrough } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { CountNews, CountRefusal, CountWatch } from "../../admin/counting-desk.ts";
import { type Problem, problem, sendProblem } from "./problems.ts";
import { REVISION_HEADER } from "./revision-header.ts";

const NDJSON = "application/x-ndjson";

/** The body of a last line, or of the one document. */
export interface CountAnswer {
  readonly kind: string;
  readonly body: object;
}

export async function answerCount(
  request: FastifyRequest,
  reply: FastifyReply,
  count: (watch: CountWatch) => Promise<CountAnswer | CountRefusal>,
): Promise<FastifyReply> {
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort(new CallerGone()));
  const lines = request.headers.accept?.includes(NDJSON) ? new PassThrough() : null;
  const begun = Promise.withResolvers<void>();
  const counted = count({
    signal: gone.signal,
    begin: (revision) => void reply.header(REVISION_HEADER, revision),
    tell: (news) => {
      lines?.write(lineOf(news));
      begun.resolve();
    },
  });
  const ended = counted.then(
    (answer) => ({ answer, fault: null }),
    (fault: unknown) => ({ answer: null, fault }),
  );
  // What is refused is refused before anything is told.
  if (lines !== null) await Promise.race([begun.promise, ended]);
  if (lines === null || lines.readableLength === 0) {
    const { answer, fault } = await ended;
    if (answer === null) return failed(reply, fault);
    if (!("body" in answer)) return refused(reply, answer);
    if (lines === null) return reply.send(answer.body);
    lines.end(lineOf({ kind: answer.kind, ...answer.body }));
    return reply.type(NDJSON).send(lines);
  }
  void ended.then(({ answer }) => {
    const last =
      answer !== null && "body" in answer
        ? { kind: answer.kind, ...answer.body }
        : { kind: "error", detail: "The count could not be ended." };
    lines.end(lineOf(last));
  });
  return reply.type(NDJSON).send(lines);
}

class CallerGone extends Error {
  override readonly name = "CallerGone";
}

function lineOf(news: CountNews | { readonly kind: string }): string {
  return `${JSON.stringify(news)}\n`;
}

function failed(reply: FastifyReply, fault: unknown): FastifyReply {
  // Nobody reads it.
  if (fault instanceof CallerGone) return sendProblem(reply, problem(503, "The caller has gone."));
  throw fault;
}

export function refused(reply: FastifyReply, refusal: CountRefusal): FastifyReply {
  if (refusal.kind === "busy") reply.header("retry-after", "5");
  return sendProblem(reply, problemOfCount(refusal));
}

export function problemOfCount(refusal: CountRefusal): Problem {
  switch (refusal.kind) {
    case "busy":
      return problem(429, "Too many counts are under way; try again later.");
    case "unknown-segment":
      return problem(404, "The partner has no segment with this ID.");
    case "refused": {
      const { faults } = refusal;
      const [first] = faults;
      const detail =
        first !== undefined && faults.length === 1
          ? first.message
          : `There are ${faults.length} faults; nothing was counted.`;
      const refused = problem(400, detail, faults);
      // A rule that somebody typed, as where it is checked or saved.
      const isRule =
        first?.at === "/segmentRule" && faults.every(({ column }) => column !== undefined);
      return isRule ? { ...refused, error: "rule_invalid" } : refused;
    }
  }
}
