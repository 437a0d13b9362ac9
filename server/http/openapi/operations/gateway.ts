/** Resources on other machines. */
import { media, type Operation, oneOf } from '../operation.ts';

const VIA = oneOf('Overrides the resource’s mode.', 'redirect', 'proxy');

export const gatewayOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/redirect/:resource/{*path}',
    id: 'redirect',
    tag: 'gateway',
    summary: 'Sends the client to the machine that has the file',
    query: { via: VIA },
    answers: { 302: { about: '`Location` is built from the configured target and this path.' } },
  },
  {
    method: 'get',
    path: '/proxy/:resource/{*path}',
    id: 'proxy',
    tag: 'gateway',
    summary: 'Fetches it for clients that cannot follow, and hides where it came from; any method, WebSockets too',
    query: { via: VIA },
    socket: true,
    answers: { 200: media('What the machine answers.', '*/*') },
  },
];
