import express, { type RequestHandler, Router } from 'express';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Access } from '../access/access.ts';
import { ANYONE, may } from '../access/permissions.ts';
import { accessSchema } from '../config/schema/access.ts';
import { Gate } from './gate.ts';
import { withGrant } from './link-parameter.ts';

const newGate = () => {
  const log = pino({ level: 'silent' });
  const access = new Access({ config: accessSchema.parse({}), dataDir: '/nowhere', log, printSetupCode: () => {} });
  return new Gate({ access, allowOrigins: [] });
};
const handler: RequestHandler = (_request, response) => void response.end();

describe('an app starts only if every route says what it demands', () => {
  it('with declared routes and files', () => {
    const gate = newGate();
    const table = gate.table();
    table
      .route('/x/:camera', { GET: may('see', 'camera'), DELETE: may('manage', 'camera') })
      .get(handler)
      .delete(handler);
    table.use(ANYONE, handler);
    const app = express().use(gate.passing(((_a, _b, next) => next()) as RequestHandler), table.router);
    gate.check(app);
    expect(gate.declared.map(({ methods, path }) => `${methods} ${path}`)).toEqual([
      'GET,DELETE /x/:camera',
      '* /{*path}',
    ]);
  });

  it.each<[string, (app: express.Express, gate: Gate) => unknown]>([
    ['a route of the app itself', (app) => app.get('/sneaky', handler)],
    ['a router of its own', (app) => app.use(Router().get('/sneaky', handler))],
    ['a handler', (app) => app.use(handler)],
    [
      'a route beside the declared ones',
      (app, gate) => {
        const table = gate.table();
        table.router.get('/sneaky', handler);
        app.use(table.router);
      },
    ],
    [
      'a router inside a declared part',
      (app, gate) => {
        const table = gate.table();
        table.router.use(Router().get('/sneaky', handler));
        app.use(table.router);
      },
    ],
  ])('not with %s', (_what, add) => {
    const [app, gate] = [express(), newGate()];
    add(app, gate);
    expect(() => gate.check(app)).toThrow('declares no permission');
  });
});

it('a playlist for a link repeats its secret in every address', () => {
  const playlist = [
    '#EXTM3U',
    '#EXT-X-MAP:URI="init.mp4",BYTERANGE="1@0"',
    '#EXT-X-PART:DURATION=1,URI="a.1.m4s?x=1"',
    '#EXT-X-MEDIA:TYPE=AUDIO,URI="b.m3u8",NAME="x"',
    'a.m4s',
    '',
  ].join('\n');
  expect(withGrant(playlist, 'slg_s').split('\n')).toEqual([
    '#EXTM3U',
    '#EXT-X-MAP:URI="init.mp4?grant=slg_s",BYTERANGE="1@0"',
    '#EXT-X-PART:DURATION=1,URI="a.1.m4s?x=1&grant=slg_s"',
    '#EXT-X-MEDIA:TYPE=AUDIO,URI="b.m3u8?grant=slg_s",NAME="x"',
    'a.m4s?grant=slg_s',
    '',
  ]);
});
