/** The gateway's part of `/metrics`. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { ResourceTotals } from '../gateway/gateway-totals.ts';

export interface GatewayNumbers {
  readonly totals: { readonly all: ReadonlyMap<string, ResourceTotals> };
  readonly idleConnections: number;
}

/** Adds them to a registry; values are read when they are asked for. */
export function addGatewayMetrics(registry: Registry, gateway: GatewayNumbers): void {
  const registers = [registry];
  new Counter({
    name: 'sightline_gateway_requests_total',
    help: 'Requests and WebSockets for a resource, by how they were answered.',
    labelNames: ['resource', 'passage'],
    registers,
    collect() {
      this.reset();
      for (const [resource, { requests }] of gateway.totals.all) {
        for (const passage of ['proxy', 'redirect'] as const) this.inc({ resource, passage }, requests[passage]);
      }
    },
  });
  new Counter({
    name: 'sightline_gateway_sent_bytes_total',
    help: 'Bytes of a resource handed to clients, headers included.',
    labelNames: ['resource'],
    registers,
    collect() {
      this.reset();
      for (const [resource, { sentBytes }] of gateway.totals.all) this.inc({ resource }, sentBytes);
    },
  });
  new Counter({
    name: 'sightline_gateway_failures_total',
    help: 'Answers that a resource’s machine did not give, was late with, or broke off.',
    labelNames: ['resource', 'code'],
    registers,
    collect() {
      this.reset();
      for (const [resource, { failures }] of gateway.totals.all) {
        for (const [code, count] of failures) this.inc({ resource, code }, count);
      }
    },
  });
  new Gauge({
    name: 'sightline_gateway_open',
    help: 'Requests and WebSockets of a resource that are open through the proxy now.',
    labelNames: ['resource'],
    registers,
    collect() {
      for (const [resource, { open }] of gateway.totals.all) this.set({ resource }, open);
    },
  });
  new Gauge({
    name: 'sightline_gateway_idle_connections',
    help: 'Connections to resources that wait for their next request.',
    registers,
    collect() {
      this.set(gateway.idleConnections);
    },
  });
}
