// Durability `off`: calls are answered before what they change is stored. Whoever asks in this process afterwards
// waits for it.

import type { Visit } from "../../../profiles/visitor-store.ts";
import { identityTag, ownerOf } from "../visitor-keys.ts";

export class EarlyAnswers {
  readonly #ofTags = new Map<string, Set<Promise<void>>>();
  /** A link may end others than those that it names. */
  readonly #ofLinks = new Set<Promise<void>>();
  #lost = 0;

  /** Calls whose answer was not kept. */
  get lost(): number {
    return this.#lost;
  }

  get isAny(): boolean {
    return this.#ofTags.size + this.#ofLinks.size > 0;
  }

  follow({ profiles, identities }: Visit, stored: Promise<unknown>): void {
    const tags = profiles.map(({ key }) => identityTag(ownerOf(key)));
    const done = stored
      .then(
        () => {},
        () => {
          this.#lost++;
        },
      )
      .finally(() => {
        this.#ofLinks.delete(done);
        for (const tag of tags) {
          const ofTag = this.#ofTags.get(tag);
          ofTag?.delete(done);
          if (ofTag?.size === 0) this.#ofTags.delete(tag);
        }
      });
    if (identities.length > 0) this.#ofLinks.add(done);
    for (const tag of tags) {
      const ofTag = this.#ofTags.get(tag);
      if (ofTag === undefined) this.#ofTags.set(tag, new Set([done]));
      else ofTag.add(done);
    }
  }

  /** Of some tags' profiles. */
  async storedProfiles(tags: readonly string[]): Promise<void> {
    await Promise.all(tags.flatMap((tag) => [...(this.#ofTags.get(tag) ?? [])]));
  }

  async storedLinks(): Promise<void> {
    await Promise.all(this.#ofLinks);
  }

  async storedAll(): Promise<void> {
    await this.storedLinks();
    await this.storedProfiles([...this.#ofTags.keys()]);
  }
}
