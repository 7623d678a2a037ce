// Opening a store that several processes of a test commit to, as those of a node do: the test's own process
// holds the door, the others knock.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { DOOR_FILE, enterStore, openDoor } from "../../src/node/backups/store-door.ts";
import {
  Environment,
  type EnvironmentOptions,
  openEnvironment,
  openStoreFiles,
} from "../../src/stores/lmdb/environment.ts";

const OPENING_MS = 60_000;

export interface HeldStore extends AsyncDisposable {
  readonly environment: Environment;
}

/** For the test's process, which must not stand still while others open the store. */
export async function holdStore(options: EnvironmentOptions): Promise<HeldStore> {
  const environment = openEnvironment(options);
  const door = await openDoor({
    folder: options.folder,
    openingMs: OPENING_MS,
    whileNobodyCommits: (opening) => environment.whileNobodyCommits(opening),
  });
  return {
    environment,
    [Symbol.asyncDispose]: async () => {
      await door.close();
      await environment.close();
    },
  };
}

/** For another process; where no test holds the store, nobody may commit meanwhile. */
export async function openBesideOthers(options: EnvironmentOptions): Promise<Environment> {
  if (!existsSync(join(options.folder, DOOR_FILE))) return openEnvironment(options);
  return new Environment(await enterStore(options.folder, () => openStoreFiles(options)));
}
