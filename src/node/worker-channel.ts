// A worker's end of the channel to the primary: orders are carried out one after the other, in the order
// in which they were given, and each is answered.

import { faultSentence } from "../ops/describe-fault.ts";
import type { OrderKind, OrderOf } from "./messages.ts";
import { type AnswerMessage, type AnswerTo, isOrderMessage, type Order } from "./messages.ts";

/** How to carry out each kind of order. What throws is answered as refused. */
export type OrderHandlers = {
  readonly [Kind in OrderKind]: (order: OrderOf<Kind>) => Promise<AnswerTo[Kind]>;
};

export function answerOrders(
  handlers: OrderHandlers,
  onFault: (kind: OrderKind, error: unknown) => void,
): void {
  let last: Promise<void> = Promise.resolve();
  process.on("message", (message: unknown) => {
    if (!isOrderMessage(message)) return;
    last = last.then(async () => {
      try {
        reply({
          dunlin: "answer",
          id: message.id,
          ok: true,
          answer: await carryOut(message.order),
        });
      } catch (error) {
        onFault(message.order.kind, error);
        const reason = faultSentence(error);
        reply({ dunlin: "answer", id: message.id, ok: false, reason });
      }
    });
  });

  const carryOut = (order: Order): Promise<AnswerTo[OrderKind]> => {
    // The table holds, under each kind, the handler of that kind; TypeScript cannot follow the pairing.
    const handler = handlers[order.kind] as (order: Order) => Promise<AnswerTo[OrderKind]>;
    return handler(order);
  };
}

function reply(message: AnswerMessage): void {
  // The primary may be gone: then this process is about to end as well.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}
