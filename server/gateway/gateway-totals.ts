/** What went through the gateway since the start, by resource: for `/metrics`. Nothing is counted on the way of a byte. */
import type { ErrorCode } from '../protocol.ts';
import type { Passage } from './gateway-address.ts';

/** The side of a client's connection that tells how much went out on it, Node's own `net.Socket`. */
interface CountingSocket {
  readonly bytesWritten?: number;
}

export interface ResourceTotals {
  /** Answered by either passage, WebSockets included. */
  readonly requests: Readonly<Record<Passage, number>>;
  /** Handed to clients, headers included; of what is open, so far. */
  readonly sentBytes: number;
  /** Answers that the machine behind did not give, or broke off. */
  readonly failures: ReadonlyMap<ErrorCode, number>;
  /** Requests and WebSockets through the proxy now. */
  readonly open: number;
}

class Totals implements ResourceTotals {
  readonly requests = { proxy: 0, redirect: 0 };
  readonly failures = new Map<ErrorCode, number>();
  readonly running = new Map<CountingSocket, number>();
  closedBytes = 0;
  open = 0;

  get sentBytes(): number {
    let bytes = this.closedBytes;
    for (const [socket, before] of this.running) bytes += (socket.bytesWritten ?? 0) - before;
    return bytes;
  }
}

export class GatewayTotals {
  readonly #byResource: ReadonlyMap<string, Totals>;

  /** @param names of all resources, so that each stands in the metrics from the beginning */
  constructor(names: readonly string[]) {
    this.#byResource = new Map(names.map((name) => [name, new Totals()]));
  }

  get all(): ReadonlyMap<string, ResourceTotals> {
    return this.#byResource;
  }

  redirected(resource: string): void {
    this.#of(resource).requests.redirect += 1;
  }

  /** Something begins through the proxy. @returns to be called once at its end */
  begins(resource: string, socket: CountingSocket): () => void {
    const totals = this.#of(resource);
    totals.requests.proxy += 1;
    totals.open += 1;
    const before = socket.bytesWritten ?? 0;
    totals.running.set(socket, before);
    return () => {
      totals.open -= 1;
      totals.closedBytes += (socket.bytesWritten ?? 0) - before;
      if (totals.running.get(socket) === before) totals.running.delete(socket);
    };
  }

  failed(resource: string, code: ErrorCode): void {
    const { failures } = this.#of(resource);
    failures.set(code, (failures.get(code) ?? 0) + 1);
  }

  #of(resource: string): Totals {
    const totals = this.#byResource.get(resource);
    if (totals === undefined) throw new TypeError(`There is no resource ${resource}.`);
    return totals;
  }
}
