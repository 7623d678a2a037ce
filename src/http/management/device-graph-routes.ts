// `/v1/device-graphs/{dataSourceId}`: which devices an external graph puts together.

import type { FastifyInstance, FastifyReply } from "fastify";
import { Type } from "typebox";
import { readDeviceGraph, type WrittenClusters } from "../../admin/device-graph.ts";
import type { NodeControl } from "../../admin/node-control.ts";
import { asDataSourceId, type DataSourceId } from "../../model/ids.ts";
import { type Problem, ProblemSchema, problem, sendProblem } from "./problems.ts";

export interface DeviceGraphRouteOptions {
  readonly control: NodeControl;
  /** A graph is as large as a workspace. */
  readonly workspaceBytes: number;
}

const GraphSchema = Type.Object(
  {
    clusters: Type.Array(
      Type.Array(Type.String({ description: "UUID" }), {
        description: "Devices that belong together; each in one cluster.",
      }),
    ),
  },
  { additionalProperties: false },
);
const LoadedSchema = Type.Object({
  dataSourceId: Type.Integer(),
  clusters: Type.Integer({ description: "How many." }),
  devices: Type.Integer({ description: "How many, in all of them." }),
});
const Params = Type.Object({ dataSourceId: Type.String() });
const responses = { 200: LoadedSchema, 400: ProblemSchema, 404: ProblemSchema };

export function addDeviceGraphRoutes(
  app: FastifyInstance,
  { control, workspaceBytes }: DeviceGraphRouteOptions,
): void {
  app.put<{ Params: { dataSourceId: string }; Body: { clusters: WrittenClusters } }>(
    "/v1/device-graphs/:dataSourceId",
    {
      config: { access: { needs: "installation" } },
      bodyLimit: workspaceBytes,
      schema: {
        summary: "Replace the external device graph of a data source",
        description: "Calls see the old graph or the new one, never parts of both.",
        params: Params,
        body: GraphSchema,
        response: responses,
      },
    },
    async (request, reply) => {
      const source = await findGraphSource(control, request.params.dataSourceId, reply);
      if (source === null) return reply;
      const clusters = readDeviceGraph(request.body.clusters);
      if (!clusters.ok) {
        const detail = "The graph is not as expected, and the one before it stays.";
        return sendProblem(reply, problem(400, detail, clusters.error));
      }
      await control.graphs.replace(source, clusters.value);
      const devices = clusters.value.reduce((sum, cluster) => sum + cluster.length, 0);
      return { dataSourceId: source, clusters: clusters.value.length, devices };
    },
  );

  app.delete<{ Params: { dataSourceId: string } }>(
    "/v1/device-graphs/:dataSourceId",
    {
      config: { access: { needs: "installation" } },
      schema: {
        summary: "Empty the external device graph of a data source",
        params: Params,
        response: responses,
      },
    },
    async (request, reply) => {
      const source = await findGraphSource(control, request.params.dataSourceId, reply);
      if (source === null) return reply;
      await control.graphs.replace(source, []);
      return { dataSourceId: source, clusters: 0, devices: 0 };
    },
  );
}

/** Null where there is none; then the reply says so. */
async function findGraphSource(
  control: NodeControl,
  given: string,
  reply: FastifyReply,
): Promise<DataSourceId | null> {
  if (!/^[0-9]{1,15}$/.test(given)) return refuse(reply, UNKNOWN);
  const id = asDataSourceId(Number(given));
  const source = await control.describeDataSource(id);
  if (source === null) return refuse(reply, problem(503, "No worker could answer."));
  if (!source.isDefined) return refuse(reply, UNKNOWN);
  return source.holdsDeviceGraph ? id : refuse(reply, NO_GRAPH);
}

const UNKNOWN = problem(404, "There is no data source with this ID.");
const EXPECTED = "Expected a data source that was defined with `deviceGraph`.";
const NO_GRAPH = problem(400, EXPECTED, [
  { at: "/dataSourceId", code: "E_VALUE", message: EXPECTED },
]);

function refuse(reply: FastifyReply, given: Problem): null {
  sendProblem(reply, given);
  return null;
}
