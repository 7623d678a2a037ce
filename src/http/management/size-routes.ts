// How many visitors are in a segment, or would be: exactly, and as the documented estimate.

import type { Fault } from "@dunlin/contract/workspace";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { type TObject, Type } from "typebox";
import type { CountedRule, CountingDesk, SizeQuestion } from "../../admin/counting-desk.ts";
import { invariant } from "../../model/result.ts";
import { answerCount, refused } from "./count-stream.ts";
import { ProblemSchema, problem, sendProblem } from "./problems.ts";
import { REVISION_HEADER } from "./revision-header.ts";

/** The size estimator takes no more ("Management API, reports and UI", Estimates). */
const MOST_FREQUENCIES = 4;

const TYPED = {
  segmentRule: Type.String(),
  mergeRuleDataSourceId: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
};
const EstimateBody = Type.Object(TYPED, { additionalProperties: false });
const SizeBody = Type.Object(
  { ...TYPED, segmentRule: Type.Optional(Type.String()), sid: Type.Optional(Type.Integer()) },
  { additionalProperties: false },
);
const Ask = Type.Object({ pid: Type.Optional(Type.String()) }, { additionalProperties: false });

const INTERVAL = { estimate: Type.Integer(), low: Type.Integer(), high: Type.Integer() };
const BASIS = { confidence: Type.Number(), basedOn: Type.String() };

const SizeSchema = Type.Object({
  size: Type.Integer({ description: "Visitors in the segment, exactly." }),
  of: Type.Union([Type.Literal("devices"), Type.Literal("declared IDs")]),
  mergeRuleDataSourceId: Type.Integer({ description: "0: the built-in rule." }),
  estimate: Type.Object({ ...INTERVAL, ...BASIS }),
  visited: Type.Integer({ description: "Stored profiles that were looked at." }),
  unreadable: Type.Integer({ description: "Of those, damaged ones." }),
  at: Type.Integer({ description: "Milliseconds since the epoch." }),
  tookMs: Type.Integer(),
});

const EstimateSchema = Type.Object({
  realTime: Type.Object(INTERVAL, { description: "Devices seen within 90 days." }),
  total: Type.Object(INTERVAL),
  intervals: Type.Array(Type.String()),
  ...BASIS,
});

const FAILURES = { 400: ProblemSchema, 404: ProblemSchema, 429: ProblemSchema };

function describeCall(summary: string, description: string, body: TObject, answer: TObject) {
  return {
    config: { access: { needs: "role", role: "viewer", reads: true }, givesLines: true },
    schema: {
      summary,
      description,
      body,
      querystring: Ask,
      response: { 200: answer, ...FAILURES },
    },
  } as const;
}

interface Body {
  readonly sid?: number;
  readonly segmentRule?: string;
  readonly mergeRuleDataSourceId?: number | null;
}

export function addSizeRoutes(app: FastifyInstance, counting: CountingDesk): void {
  const size = describeCall(
    "How many visitors are in a segment, or would be",
    "Of a `segmentRule` with its merge rule, or of the segment `sid`. Accepting `application/x-ndjson` gives lines: an estimate within a tenth of a second, progress, and the size.",
    SizeBody,
    SizeSchema,
  );
  app.post<{ Body: Body }>("/v1/segments/size", size, async (request, reply) => {
    const rule = readRule(request.body);
    if (!("kind" in rule)) return sendProblem(reply, problem(400, rule.message, [rule]));
    return answerCount(request, reply, async (watch) => {
      const counted = await counting.size(questionOf(request, rule), watch);
      return counted.kind === "counted" ? { kind: "size", body: counted.size } : counted;
    });
  });

  const estimate = describeCall(
    "The segment builder's estimate",
    "Each profile by itself, whatever the merge rule reads; exact below a million profiles, a sample above.",
    EstimateBody,
    EstimateSchema,
  );
  app.post<{ Body: Body }>("/v1/segments/estimate", estimate, async (request, reply) => {
    const rule = readRule(request.body);
    if (!("kind" in rule)) return sendProblem(reply, problem(400, rule.message, [rule]));
    const tooMany = frequenciesOf(rule) > MOST_FREQUENCIES;
    if (tooMany) {
      const message = `Expected at most ${MOST_FREQUENCIES} recency and frequency clauses.`;
      return sendProblem(
        reply,
        problem(400, message, [{ at: "/segmentRule", code: "E_LIMIT", message }]),
      );
    }
    const gone = new AbortController();
    reply.raw.once("close", () => gone.abort());
    const outcome = await counting.estimate(questionOf(request, rule), {
      signal: gone.signal,
      begin: (revision) => void reply.header(REVISION_HEADER, revision),
    });
    return outcome.kind === "estimated" ? outcome.estimate : refused(reply, outcome);
  });
}

function questionOf({ partnerId }: FastifyRequest, rule: CountedRule): SizeQuestion {
  invariant(partnerId !== null, "these calls are about one partner");
  return { pid: partnerId, rule };
}

function readRule({ sid, segmentRule, mergeRuleDataSourceId }: Body): CountedRule | Fault {
  const message = "Expected either sid or segmentRule.";
  if (sid !== undefined) {
    const isAlone = segmentRule === undefined && mergeRuleDataSourceId === undefined;
    return isAlone ? { kind: "saved", sid } : { at: "/sid", code: "E_VALUE", message };
  }
  if (segmentRule === undefined) return { at: "/segmentRule", code: "E_MISSING_KEY", message };
  // 0 is what a partner without rules is answered with: its built-in one.
  return { kind: "typed", segmentRule, mergeRuleId: mergeRuleDataSourceId || null };
}

/** Rules that do not parse are refused by whoever counts. */
function frequenciesOf(rule: CountedRule): number {
  return rule.kind === "typed" ? (rule.segmentRule.match(/frequency/gi)?.length ?? 0) : 0;
}
