import { describeDefinitionStore } from "../../catalog/definition-store.contract.ts";
import { describeProfileStore } from "../../profiles/store.contract.ts";
import { MemoryDefinitionStore } from "./memory-definition-store.ts";
import { MemoryProfileStore } from "./memory-profile-store.ts";

const forgetsOnClose = "It lives in the memory of one process.";

describeProfileStore("memory", { open: async () => new MemoryProfileStore(), forgetsOnClose });

describeDefinitionStore("memory", {
  open: async () => ({ store: new MemoryDefinitionStore(), close: async () => {} }),
  forgetsOnClose,
});
