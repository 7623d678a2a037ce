// What a node does when another one publishes: compile what is proposed, and serve what the store holds.

import type { Fault } from "@dunlin/contract/workspace";
import type { PreparedPublication, PublicationRequest } from "../../admin/prepare-publication.ts";
import type { DefinitionStore, Revision } from "../../catalog/definition-store.ts";
import { documentLine } from "../../config/run-outcome.ts";
import type { Result } from "../../model/result.ts";
import type { Publication } from "../first-definitions.ts";
import type { ServedDefinitions } from "./served-definitions.ts";

export interface FollowerOptions {
  readonly store: Pick<DefinitionStore, "latest">;
  readonly served: ServedDefinitions;
  prepare(request: PublicationRequest): Promise<Result<PreparedPublication, readonly Fault[]>>;
}

interface Proposal {
  readonly fence: number;
  readonly publication: Publication;
}

export class StoreFollower {
  readonly #options: FollowerOptions;
  #compiled: Proposal | null = null;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** Null once every worker has compiled what the turn of this fence proposes; otherwise why one could not. */
  compileProposal(fence: number, proposed: Revision): Promise<string | null> {
    return this.#options.served.exclusively(async () => {
      const read = await this.#compile(proposed);
      if (typeof read === "string") return read;
      this.#compiled = { fence, publication: read };
      return null;
    });
  }

  /** Forgets what was proposed, where it is not served by now. */
  discardProposal(): Promise<void> {
    return this.#options.served.exclusively(async () => {
      if (this.#compiled === null) return;
      const { publication } = this.#compiled;
      this.#compiled = null;
      await this.#options.served.discard(publication);
    });
  }

  /** Serves a revision that was stored in the turn of this fence; gives the reason where it cannot. */
  serveStored(revision: number, fence: number): Promise<string | null> {
    return this.#options.served.exclusively(async () => {
      // Whoever made a change before may have met it.
      if (this.#options.served.revision >= revision) return null;
      const compiled = this.#compiled;
      this.#compiled = null;
      if (compiled?.fence !== fence || compiled.publication.revision !== revision) {
        return this.#serveNewest();
      }
      await this.#options.served.serve(compiled.publication);
      return null;
    });
  }

  /** The same for whoever makes a change already: serves the newest revision of the store. */
  async serveNewestWithin(): Promise<string | null> {
    this.#compiled = null;
    return this.#serveNewest();
  }

  async #serveNewest(): Promise<string | null> {
    const { store, served } = this.#options;
    const latest = await store.latest();
    if (latest === null) return "the store holds no definitions any more";
    const compiled = await this.#compile(latest);
    if (typeof compiled === "string") return compiled;
    await served.serve(compiled);
    return null;
  }

  async #compile({ revision, document }: Revision): Promise<Publication | string> {
    const { served, prepare } = this.#options;
    const previous = served.current?.document ?? null;
    const prepared = await prepare({ text: document, format: "json", previous });
    if (!prepared.ok) return prepared.error.map((fault) => documentLine("", fault)).join("; ");
    const publication = { ...prepared.value, revision };
    const reason = await served.compile(publication);
    if (reason === null) return publication;
    await served.discard(publication);
    return reason;
  }
}
