/** The street: a town at night, traffic in both directions, lights that change. Paint only. */
import { dice, type Layer, type Pen, type Scenery, STRIP_TOP } from './scenery.ts';

const HOUSES: readonly (readonly [x: number, width: number, height: number, colour: number])[] = [
  [0, 74, 128, 0x1d2238],
  [74, 60, 176, 0x252a45],
  [134, 86, 104, 0x2b2440],
  [220, 66, 158, 0x1c2740],
  [286, 92, 120, 0x30294a],
  [378, 58, 190, 0x222a49],
  [436, 80, 134, 0x2a2340],
  [516, 52, 166, 0x1e2640],
  [568, 72, 112, 0x2c2a48],
];

export const street: Scenery = {
  title: 'Street',
  sky: [
    [0, 0x0a1030],
    [140, 0x2c2a5a],
    [236, 0x7a4a6a],
    [STRIP_TOP, 0x2b2e38],
  ],

  still(pen: Pen): Layer[] {
    const roll = dice(11);
    const stars = Array.from({ length: 36 }, () =>
      pen.box(roll() * 640, roll() * 90, 1.5, 1.5, 0xd9e2ff, { alpha: 0.4 + roll() * 0.5 }),
    );
    const houses = HOUSES.flatMap(([x, width, height, colour]) => {
      const top = 236 - height;
      const walls = [pen.box(x, top, width, height, colour), pen.box(x, top, width, 3, colour + 0x141414)];
      for (let y = top + 12; y < 206; y += 18) {
        for (let at = x + 8; at + 9 <= x + width - 5; at += 15) {
          const lot = roll();
          const light = lot < 0.42 ? 0xffd27a : lot < 0.5 ? 0x9fd0ff : 0x12162a;
          walls.push(pen.box(at, y, 9, 11, light, { alpha: lot < 0.5 ? 0.95 : 1 }));
        }
      }
      return walls;
    });
    const shops = [
      [14, 0xe0574f],
      [150, 0x3fb7a8],
      [300, 0xf2a541],
      [452, 0x6a8cff],
    ].flatMap(([x, colour]) => [
      pen.box(x!, 208, 56, 7, colour!),
      pen.box(x!, 215, 56, 21, 0xffe9b8, { alpha: 0.85 }),
      pen.box(x! + 26, 215, 3, 21, 0x3a3040),
    ]);
    const dashes = Array.from({ length: 11 }, (_, index) => pen.box(10 + index * 62, 280, 32, 3, 0xd8d4c0));
    const lamps = [110, 262, 414, 610].flatMap((x) => [
      pen.box(x, 150, 3, 90, 0x14161f),
      pen.box(x - 14, 148, 20, 4, 0x14161f),
    ]);
    return [
      pen.boxes(...stars),
      pen.sprite(pen.ellipse(90, 90, 0xdfe6ff, 1, 0.5), 30, -10),
      pen.sprite(pen.ellipse(34, 34, 0xf4f1de, 0.08), 58, 18),
      pen.boxes(
        ...houses,
        ...shops,
        pen.box(0, 236, 640, 12, 0x565a68),
        pen.box(0, 247, 640, 2, 0x8b8f9c),
        pen.box(0, 249, 640, 71, 0x2a2d36),
        ...dashes,
        ...lamps,
      ),
      ...[110, 262, 414, 610].map((x) => pen.sprite(pen.ellipse(110, 150, 0xffdf9a, 1, 0.55), x - 62, 120)),
      pen.boxes(pen.box(540, 178, 3, 62, 0x101218), pen.box(533, 142, 17, 42, 0x101218)),
    ];
  },

  live(pen: Pen): Layer[] {
    const signal = (y: number, colour: number, when: string) => pen.box(537, y, 9, 9, colour, { when });
    return [
      pen.boxes(
        signal(147, 0xff4d42, 'lt(mod(t,12),5)'),
        signal(159, 0xffc23d, 'between(mod(t,12),5,6)'),
        signal(171, 0x45e07c, 'gt(mod(t,12),6)'),
        pen.box(394, 64, 9, 11, 0xffd27a, { when: 'lt(mod(t,7),3)' }),
        pen.box(90, 108, 9, 11, 0xffd27a, { when: 'lt(mod(t+2,11),5)' }),
        pen.box(406, 40, 3, 6, 0xff5148, { when: 'lt(mod(t,1.6),0.8)' }),
      ),
      pen.sprite(car(pen, 0xc8453c, -1), '700-mod(t*95,900)', 254),
      pen.sprite(car(pen, 0xd9dde6, -1), '700-mod(t*95+420,900)', 253),
      pen.sprite(car(pen, 0x3d7bd9, 1), 'mod(t*120,1000)-150', 287),
      pen.sprite(car(pen, 0xf0b429, 1), 'mod(t*120+560,1000)-150', 288),
    ];
  },
};

/** A car seen from the side; `direction` 1 drives to the right. */
function car(pen: Pen, colour: number, direction: 1 | -1): string {
  const width = 104;
  const body = 60;
  const offset = direction === 1 ? 4 : width - body - 4;
  const part = (x: number, y: number, w: number, h: number, tint: number, alpha = 1) =>
    pen.box(direction === 1 ? offset + x : offset + body - x - w, y, w, h, tint, { replace: true, alpha });
  return pen.cutout(
    width,
    28,
    ...Array.from({ length: 18 }, (_, step) =>
      part(body + step * 2, 14 - step / 4, 2, 4 + step / 2, 0xfff2b8, 0.6 * (1 - step / 18)),
    ),
    part(0, 10, body, 12, colour),
    part(12, 1, 32, 10, colour),
    part(16, 3, 11, 7, 0x9fc3dd),
    part(30, 3, 11, 7, 0x9fc3dd),
    part(0, 12, 4, 5, 0xff3b30),
    part(body - 4, 12, 4, 5, 0xfff6d0),
    part(9, 18, 11, 9, 0x0b0c10),
    part(41, 18, 11, 9, 0x0b0c10),
    part(13, 21, 3, 3, 0x9a9fa8),
    part(45, 21, 3, 3, 0x9a9fa8),
  );
}
