import type { FastifyReply, FastifyRequest } from "fastify";
import type { MetricsDesk } from "../../../admin/metrics-desk.ts";
import { type Query, QueryReading } from "../../../admin/resources/list-options.ts";
import { METRICS_OPTION } from "../../../admin/resources/metric-keys.ts";
import type { ResourceContext } from "../../../admin/resources/resource-kind.ts";

/** When numbers were counted, in milliseconds since the epoch, and with which definitions. */
export const METRICS_AT_HEADER = "dunlin-metrics-at";
export const METRICS_REVISION_HEADER = "dunlin-metrics-revision";

interface Call {
  readonly request: FastifyRequest<{ readonly Querystring: Query }>;
  readonly reply: FastifyReply;
}

/** With numbers, where the call asks for them and there are any; the answer says how old they are. */
export async function withMetrics(
  context: ResourceContext,
  measuring: MetricsDesk | null,
  { request, reply }: Call,
): Promise<ResourceContext> {
  if (measuring === null || !new QueryReading(request.query).flag(METRICS_OPTION)) return context;
  const { metrics, retryAfter } = await measuring.metricsOf(context.pid);
  if (retryAfter !== null) reply.header("retry-after", String(retryAfter));
  if (metrics === null) return context;
  const { at, revision } = metrics;
  reply.header(METRICS_AT_HEADER, String(at)).header(METRICS_REVISION_HEADER, String(revision));
  return { ...context, metrics };
}
