import { describeControlStore } from "../../control/control-store.contract.ts";
import { MemoryControlStore } from "./memory-control-store.ts";

describeControlStore("memory", {
  open: async () => ({ store: new MemoryControlStore(), close: async () => {} }),
  forgetsOnClose: "It lives in the memory of one process.",
});
