// Every setting of a node: its option, its environment variable, its default and its check, in one
// table. "Running a node", Start, is the contract; the limits that no option changes stand in
// `LIMITS` at the end.

import { availableParallelism } from "node:os";
import { type OidcRole, readBaseUrl, readClientText, readOidcRoles } from "./config/read-oidc.ts";
import { readStore, type StoreChoice } from "./config/read-store.ts";
import {
  type HostPort,
  type ReadValue,
  readBlocks,
  readDomain,
  readFlag,
  readHostPort,
  readOneOf,
  readPath,
  readSecret,
  readToken,
  readWholeNumber,
} from "./config/values.ts";

export type Durability = "commit" | "fsync" | "off";
export type ClockKind = "system" | "manual";
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

export interface Config {
  readonly collect: HostPort;
  readonly manage: HostPort;
  readonly data: string;
  readonly store: StoreChoice;
  readonly durability: Durability;
  readonly workers: number;
  readonly domain: string;
  readonly region: number;
  readonly workspace: string | null;
  readonly seed: string | null;
  readonly adminToken: string | null;
  readonly secret: string | null;
  readonly clock: ClockKind;
  readonly geo: string | null;
  readonly trustProxy: readonly string[];
  readonly metricsOpen: boolean;
  readonly manageRate: number | null;
  readonly passwordDays: number | null;
  readonly oidcIssuer: string | null;
  readonly oidcClientId: string | null;
  readonly oidcClientSecret: string | null;
  readonly oidcBase: string | null;
  readonly oidcClaim: string;
  readonly oidcRoles: readonly OidcRole[];
  readonly log: LogLevel;
}

export interface Setting<T> {
  readonly option: `--${string}`;
  readonly environment: `DUNLIN_${string}`;
  /** What stands for the value in the help; null for a flag, which needs none. */
  readonly placeholder: string | null;
  readonly read: ReadValue<T>;
  readonly fallback: T;
  /** The default as the help shows it. */
  readonly fallbackText: string;
  readonly meaning: string;
  /** Its value is shown nowhere. */
  readonly isSecret?: true;
  /** The value is the path of a file that must be readable. */
  readonly isFile?: true;
}

/** A domain has one region; more than the documented ones are numbered from 100. */
const MAX_REGION = 65_535;
const MAX_WORKERS = 256;
const MAX_PASSWORD_DAYS = 3_650;
const MAX_MANAGE_RATE = 1_000_000;

export const SETTINGS: { readonly [Name in keyof Config]: Setting<Config[Name]> } = {
  collect: {
    option: "--collect",
    environment: "DUNLIN_COLLECT",
    placeholder: "HOST:PORT",
    read: readHostPort,
    fallback: { host: "127.0.0.1", port: 8080 },
    fallbackText: "127.0.0.1:8080",
    meaning: "collection plane; port 0 takes any free port",
  },
  manage: {
    option: "--manage",
    environment: "DUNLIN_MANAGE",
    placeholder: "HOST:PORT",
    read: readHostPort,
    fallback: { host: "127.0.0.1", port: 8081 },
    fallbackText: "127.0.0.1:8081",
    meaning: "management plane; port 0 takes any free port",
  },
  data: {
    option: "--data",
    environment: "DUNLIN_DATA",
    placeholder: "DIR",
    read: readPath,
    fallback: "./data",
    fallbackText: "./data",
    meaning: "folder of the embedded store, of secrets and logs",
  },
  store: {
    option: "--store",
    environment: "DUNLIN_STORE",
    placeholder: "URL",
    read: readStore,
    fallback: { kind: "lmdb" },
    fallbackText: "lmdb:",
    meaning:
      "lmdb: (in the data folder) or redis://HOST:PORT,… that several nodes share (?wait=, timeoutMs=, …)",
  },
  durability: {
    option: "--durability",
    environment: "DUNLIN_DURABILITY",
    placeholder: "MODE",
    read: readOneOf<Durability>(["commit", "fsync", "off"]),
    fallback: "commit",
    fallbackText: "commit",
    meaning: "answer once committed (commit), once on disk (fsync), or at once (off)",
  },
  workers: {
    option: "--workers",
    environment: "DUNLIN_WORKERS",
    placeholder: "N",
    read: readWholeNumber(1, MAX_WORKERS),
    fallback: Math.min(availableParallelism(), MAX_WORKERS),
    fallbackText: "number of cores",
    meaning: "collection processes that share the port",
  },
  domain: {
    option: "--domain",
    environment: "DUNLIN_DOMAIN",
    placeholder: "NAME",
    read: readDomain,
    fallback: "dcs.localhost",
    fallbackText: "dcs.localhost",
    meaning: "the platform's domain: partners are called as <alias>.<domain>",
  },
  region: {
    option: "--region",
    environment: "DUNLIN_REGION",
    placeholder: "ID",
    read: readWholeNumber(1, MAX_REGION),
    fallback: 6,
    fallbackText: "6",
    meaning: "this node's dcs_region",
  },
  workspace: {
    option: "--workspace",
    environment: "DUNLIN_WORKSPACE",
    placeholder: "FILE",
    read: readPath,
    fallback: null,
    fallbackText: "none",
    meaning: "definitions (JSON or YAML) applied at every start",
    isFile: true,
  },
  seed: {
    option: "--seed",
    environment: "DUNLIN_SEED",
    placeholder: "FILE",
    read: readPath,
    fallback: null,
    fallbackText: "none",
    meaning: "the same, only where the store holds no definitions yet",
    isFile: true,
  },
  adminToken: {
    option: "--admin-token",
    environment: "DUNLIN_ADMIN_TOKEN",
    placeholder: "TOKEN",
    read: readToken,
    fallback: null,
    fallbackText: "made at first start",
    meaning: "bearer token with all rights",
    isSecret: true,
  },
  secret: {
    option: "--secret",
    environment: "DUNLIN_SECRET",
    placeholder: "TEXT",
    read: readSecret,
    fallback: null,
    fallbackText: "made at first start",
    meaning: "root secret, from which visitor IDs (MIDs) are derived; must never change",
    isSecret: true,
  },
  clock: {
    option: "--clock",
    environment: "DUNLIN_CLOCK",
    placeholder: "KIND",
    read: readOneOf<ClockKind>(["system", "manual"]),
    fallback: "system",
    fallbackText: "system",
    meaning: "manual: time stands still until PUT /v1/clock sets it; never in production",
  },
  geo: {
    option: "--geo",
    environment: "DUNLIN_GEO",
    placeholder: "FILE",
    read: readPath,
    fallback: null,
    fallbackText: "none",
    meaning: "an MMDB city or country database",
    isFile: true,
  },
  trustProxy: {
    option: "--trust-proxy",
    environment: "DUNLIN_TRUST_PROXY",
    placeholder: "LIST",
    read: readBlocks,
    fallback: [],
    fallbackText: "none",
    meaning: "addresses and CIDR blocks whose X-Forwarded-* headers are believed",
  },
  metricsOpen: {
    option: "--metrics-open",
    environment: "DUNLIN_METRICS_OPEN",
    placeholder: null,
    read: readFlag,
    fallback: false,
    fallbackText: "off",
    meaning: "/metrics without a token",
  },
  manageRate: {
    option: "--manage-rate",
    environment: "DUNLIN_MANAGE_RATE",
    placeholder: "N",
    read: readWholeNumber(1, MAX_MANAGE_RATE),
    fallback: null,
    fallbackText: "no limit",
    meaning: "calls to the management plane that one token or user may make in a minute",
  },
  passwordDays: {
    option: "--password-days",
    environment: "DUNLIN_PASSWORD_DAYS",
    placeholder: "N",
    read: readWholeNumber(1, MAX_PASSWORD_DAYS),
    fallback: null,
    fallbackText: "for ever",
    meaning: "how long a user's password is good; then only another can be chosen with it",
  },
  oidcIssuer: {
    option: "--oidc-issuer",
    environment: "DUNLIN_OIDC_ISSUER",
    placeholder: "URL",
    read: readBaseUrl,
    fallback: null,
    fallbackText: "none",
    meaning: "an OpenID Connect provider by which people may sign in",
  },
  oidcClientId: {
    option: "--oidc-client-id",
    environment: "DUNLIN_OIDC_CLIENT_ID",
    placeholder: "ID",
    read: readClientText,
    fallback: null,
    fallbackText: "none",
    meaning: "what the provider knows this installation by",
  },
  oidcClientSecret: {
    option: "--oidc-client-secret",
    environment: "DUNLIN_OIDC_CLIENT_SECRET",
    placeholder: "TEXT",
    read: readClientText,
    fallback: null,
    fallbackText: "none",
    meaning: "the secret that goes with it, where the provider gave one",
    isSecret: true,
  },
  oidcBase: {
    option: "--oidc-base",
    environment: "DUNLIN_OIDC_BASE",
    placeholder: "URL",
    read: readBaseUrl,
    fallback: null,
    fallbackText: "none",
    meaning: "the management plane as browsers reach it: they come back to <URL>/oidc/callback",
  },
  oidcClaim: {
    option: "--oidc-claim",
    environment: "DUNLIN_OIDC_CLAIM",
    placeholder: "NAME",
    read: readClientText,
    fallback: "groups",
    fallbackText: "groups",
    meaning: "the claim of the ID token whose values stand for roles",
  },
  oidcRoles: {
    option: "--oidc-roles",
    environment: "DUNLIN_OIDC_ROLES",
    placeholder: "LIST",
    read: readOidcRoles,
    fallback: [],
    fallbackText: "none",
    meaning: "what each value gives: VALUE=PID:ROLE or VALUE=installation, separated by commas",
  },
  log: {
    option: "--log",
    environment: "DUNLIN_LOG",
    placeholder: "LEVEL",
    read: readOneOf<LogLevel>(["trace", "debug", "info", "warn", "error", "fatal", "silent"]),
    fallback: "info",
    fallbackText: "info",
    meaning: "least level of the JSON lines on standard error",
  },
};

/** What no option changes. */
export const LIMITS = {
  /** From the first signal to stop until whoever still works is ended. */
  shutdownMs: 9_000,
  /** How long a worker may take to read definitions and open its port. */
  startMs: 120_000,
  /** How long a worker may take to open the store's files, while whoever commits waits for it. */
  openStoreMs: 10_000,
  /** How long a backup may take to open them. */
  doorMs: 5_000,
  /** How long who wants a data folder waits for those who are about to let go of it. */
  lockPatienceMs: 10_000,
  /** How long a worker may take to compile new definitions. */
  prepareMs: 120_000,
  /** How long a worker may take for anything else that it is asked. */
  answerMs: 10_000,
  /** A worker that dies is replaced after this long, twice as long each time that it dies again. */
  firstBackOffMs: 100,
  maxBackOffMs: 10_000,
  /** A worker that has lived this long starts anew with the shortest back-off. */
  settledMs: 30_000,
  /** How long a new node waits for the workers of one that was killed to let go of the port. */
  portPatienceMs: 2_000,
  /** How often workers must show that they are there, and how long they may take: longer than to compile. */
  pingEveryMs: 10_000,
  pingMs: 150_000,
  /** Bodies of the management plane ("Management API", Transport). */
  bodyBytes: 10 * 1024 * 1024,
  workspaceBytes: 100 * 1024 * 1024,
  /** Whole documents that may wait for the publication under way: each may be a hundred megabytes. */
  waitingPublications: 16,
  /** Changes of single objects that may wait, which are small. */
  waitingEdits: 64,
  /** How long a node that starts waits for a store of several nodes to answer. */
  storePatienceMs: 15_000,
  /** Nodes that share a store: one that has not shown for so long that it lives is waited for by nobody. */
  leaseMs: 6_000,
  beatEveryMs: 1_000,
  /** How often a node looks while it waits for others, should no notice come. */
  lookEveryMs: 200,
  /** How long a publication waits for those of other nodes. */
  turnMs: 60_000,
  /** How long other nodes may take to serve what is stored, or to take the time over. */
  followMs: 60_000,
  /** How long a node leaves a revision alone that it could not serve. */
  retryMs: 30_000,
} as const;
