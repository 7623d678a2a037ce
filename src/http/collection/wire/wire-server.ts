// A server of HTTP/1.1 and 1.0 over plain sockets, for requests and answers that are small and whole.

import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import {
  Connection,
  type ConnectionHost,
  type WireExchange,
  type WireRefusal,
} from "./connection.ts";
import { WIRE_LIMITS, type WireLimits } from "./wire-limits.ts";

export { headerLine, type WireAnswer } from "./answer-text.ts";
export type { WireExchange, WireRefusal } from "./connection.ts";
export { isNamed } from "./header-name.ts";
export type { WireRequest } from "./request-reader.ts";

export interface WireServerOptions {
  readonly limits?: WireLimits;
  /** Told of each request with its whole body; must not throw, and answers or aborts each. */
  onRequest(exchange: WireExchange): void;
  /** Told of each connection that is refused, whether or not requests came on it before; must not throw. */
  onRefusal?(kind: WireRefusal): void;
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** Whether other processes listen on the same port, and the kernel deals connections out to them. */
  readonly reusePort: boolean;
}

const SWEEP_EVERY_MS = 1000;

export class WireServer implements ConnectionHost {
  readonly limits: WireLimits;
  isDraining = false;
  sweeps = 0;
  readonly #options: WireServerOptions;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();

  constructor(options: WireServerOptions) {
    this.limits = options.limits ?? WIRE_LIMITS;
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      this.#accept(socket),
    );
  }

  /** Connections that are open. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  onRequest(exchange: WireExchange): void {
    this.#options.onRequest(exchange);
  }

  onRefusal(kind: WireRefusal): void {
    this.#options.onRefusal?.(kind);
  }

  onClose(connection: Connection): void {
    this.#connections.delete(connection);
  }

  /** Gives the port that was bound; 0 asks for any. */
  listen(address: ListenAddress): Promise<number> {
    const sweeping = setInterval(() => this.sweep(), SWEEP_EVERY_MS).unref();
    this.#server.once("close", () => clearInterval(sweeping));
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        clearInterval(sweeping);
        reject(error);
      };
      this.#server.once("error", fail);
      this.#server.listen(address, () => {
        this.#server.off("error", fail);
        // A server that listens on TCP has an address of this form; null and text are for pipes.
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** One second has passed: ends the connections that have been waited for long enough. */
  sweep(): void {
    this.sweeps++;
    for (const connection of this.#connections) connection.sweep();
  }

  /** Stops accepting, answers what is under way, closes every connection. */
  drain(): Promise<void> {
    this.isDraining = true;
    return new Promise((resolve) => {
      const cut = setTimeout(() => this.#cut(), this.limits.drainSeconds * 1000);
      this.#server.close(() => {
        clearTimeout(cut);
        resolve();
      });
      for (const connection of this.#connections) connection.drain();
    });
  }

  #cut(): void {
    for (const connection of this.#connections) connection.destroy();
  }

  #accept(socket: Socket): void {
    this.#connections.add(new Connection(socket, this));
  }
}
