// What the description of the API says of a call beyond its route's own schema: who may make it, in which section it
// stands, what it takes in headers, and that errors are problem documents.

import type { FastifySchema } from "fastify";
import type { Access } from "../access.ts";
import { PROBLEM_TYPE, ProblemSchema } from "../problems.ts";

export interface DescribedCall {
  /** As the route declares it. */
  readonly url: string;
  readonly schema: FastifySchema;
  readonly access: Access | undefined;
}

const IF_MATCH = {
  type: "object",
  properties: {
    "if-match": {
      type: "string",
      description: "The `ETag` of what is to be changed: 412 where it is another by now.",
    },
  },
};

/** Where calls stand whose first word says too little. */
const SECTIONS: readonly (readonly [RegExp, string])[] = [
  [/\/visitors(?:\/|$)/, "visitors"],
  [/^\/v1\/(?:self|users)(?:\/|$)/, "users"],
  [/^\/v1\/permissionable-object-types/, "groups"],
  [/^\/(?:login|logout|session|oauth|oidc)(?:\/|$)/, "signing in"],
];

export function describeCall({ url, schema, access }: DescribedCall): FastifySchema {
  const answers = Object.entries(Object(schema.response)).map(([status, answer]) => [
    status,
    answer === ProblemSchema ? problemOf(status) : answer,
  ]);
  const comparesState = answers.some(([status]) => status === "412");
  const described: FastifySchema & { readonly "x-access"?: Access | undefined } = {
    ...schema,
    tags: schema.tags ?? [sectionOf(url)],
    ...(comparesState && schema.headers === undefined && { headers: IF_MATCH }),
    ...(schema.response !== undefined && { response: Object.fromEntries(answers) }),
    "x-access": access,
  };
  return described;
}

function sectionOf(url: string): string {
  const found = SECTIONS.find(([pattern]) => pattern.test(url));
  return found?.[1] ?? /^\/v1\/([^/:]+)/.exec(url)?.[1] ?? "the node";
}

const MEANINGS: Readonly<Record<string, string>> = {
  400: "Something is not as expected; `errors` says where.",
  403: "The caller may not.",
  404: "There is no such thing.",
  409: "It contradicts what there is.",
  412: "It is another by now than `If-Match` says.",
  415: "Another Content-Type is expected.",
  429: "Too many at once.",
  500: "Nothing was changed: a fault of ours.",
  503: "Not now: try again later.",
};

function problemOf(status: string): object {
  const description = MEANINGS[status] ?? "A problem.";
  return { description, content: { [PROBLEM_TYPE]: { schema: ProblemSchema } } };
}
