import { describeDefinitionStore } from "../../catalog/definition-store.contract.ts";
import { describeGroupStore } from "../../group/group-store.contract.ts";
import { describeProfileScan } from "../../profiles/profile-scan.contract.ts";
import { describeProfileStore } from "../../profiles/store.contract.ts";
import { describeVisitorStore } from "../../profiles/visitor-store.contract.ts";
import { MemoryDefinitionStore } from "./memory-definition-store.ts";
import { MemoryGroupStore } from "./memory-group-store.ts";
import { MemoryProfileStore } from "./memory-profile-store.ts";
import { MemoryVisitorStore } from "./memory-visitor-store.ts";

const forgetsOnClose = "It lives in the memory of one process.";

describeProfileStore("memory", { open: async () => new MemoryProfileStore(), forgetsOnClose });

for (const describeStore of [describeProfileStore, describeVisitorStore]) {
  describeStore("memory, of visitors", {
    open: async () => new MemoryVisitorStore(),
    forgetsOnClose,
  });
}

describeProfileScan("memory", { open: async () => new MemoryVisitorStore() });

describeDefinitionStore("memory", {
  open: async (kept) => {
    const store = new MemoryDefinitionStore(undefined, kept);
    return { store, control: store.control, close: async () => {} };
  },
  forgetsOnClose,
});

describeGroupStore("memory", {
  open: async () => {
    let nowMs = 0;
    const store = new MemoryGroupStore({ leaseMs: 1_000, now: () => nowMs });
    return {
      ...{ store, definitions: store },
      letLeasesEnd: async () => {
        nowMs += 1_000;
      },
      close: async () => {},
    };
  },
});
