/** The process behind `swallowing-line.ts`: a line that stands still because the whole process does. */
import { startTcpRelay } from './tcp-relay.ts';

const line = await startTcpRelay({ targetPort: Number(process.argv[2]), backlog: 1 });
process.send?.({ port: line.port });
process.on('message', ({ holdMs }: { holdMs: number }) => {
  process.send?.({ held: true });
  // The message has to be on its way before everything stops.
  setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, holdMs), 20);
});
process.on('disconnect', () => process.exit());
