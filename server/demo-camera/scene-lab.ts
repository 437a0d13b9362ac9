/** The lab: a bench with instruments; the trace on the oscilloscope stands for the test tone. Paint only. */
import { dice, type Layer, type Pen, type Scenery, STRIP_TOP } from './scenery.ts';

const SCREEN = { x: 236, y: 84, width: 180, height: 108 };
const RACK = { x: 26, y: 60, units: 9 };
const FLASK = { x: 500, y: 150 };

export const lab: Scenery = {
  title: 'Lab',
  sky: [
    [0, 0xe9eff2],
    [235, 0xb9c7cf],
    [238, 0xd9d2c5],
    [262, 0xc9c0b0],
    [266, 0x6d7a84],
    [STRIP_TOP, 0x4b5760],
  ],

  still(pen: Pen): Layer[] {
    const roll = dice(5);
    const tiles = [
      ...Array.from({ length: 10 }, (_, index) => pen.box(64 * index, 0, 1, 236, 0xffffff, { alpha: 0.5 })),
      ...Array.from({ length: 4 }, (_, index) => pen.box(0, 59 * (index + 1), 640, 1, 0xffffff, { alpha: 0.5 })),
    ];
    const tints = [0xe4572e, 0xf2c14e, 0x3fa7a0, 0x6a8cff, 0xb7c4cd];
    const poster = Array.from({ length: 40 }, (_, index) => {
      const column = index % 10;
      const row = Math.floor(index / 10);
      // The dip in the middle of a periodic table.
      const isEmpty = row === 0 && column > 1 && column < 8;
      const tint = isEmpty ? 0xffffff : tints[Math.min(4, Math.floor(column / 2 + row / 2))]!;
      return pen.box(486 + column * 11.4, 54 + row * 13, 9, 10, tint);
    });
    const rack = Array.from({ length: RACK.units }, (_, unit) => {
      const y = RACK.y + 6 + unit * 18;
      return [
        pen.box(RACK.x + 8, y, 124, 15, unit % 3 === 1 ? 0x39434d : 0x2c343c),
        ...Array.from({ length: 7 }, (_, slot) =>
          pen.box(RACK.x + 14 + slot * 9, y + 5, 6, 5, roll() < 0.5 ? 0x151a1f : 0x4a5662),
        ),
      ];
    }).flat();
    const { x, y, width, height } = SCREEN;
    const grid = [
      ...Array.from({ length: 9 }, (_, index) => pen.box(x + (index + 1) * (width / 10), y, 1, height, 0x1f5a48)),
      ...Array.from({ length: 5 }, (_, index) => pen.box(x, y + (index + 1) * (height / 6), width, 1, 0x1f5a48)),
    ];
    return [
      pen.boxes(
        ...tiles,
        pen.box(RACK.x, RACK.y - 2, 140, 178, 0x1b2127),
        ...rack,
        pen.box(x - 14, y - 14, width + 28, height + 40, 0x39444e),
        pen.box(x - 10, y - 10, width + 20, height + 32, 0x4d5a66),
        pen.box(x - 2, y - 2, width + 4, height + 4, 0x10161a),
        pen.box(x, y, width, height, 0x0a2a22),
        ...grid,
        pen.box(x + 30, y + height + 26, width - 60, 16, 0x2c343c),
        ...[0, 1, 2, 3].map((knob) => pen.box(x + 20 + knob * 40, y + height + 8, 12, 10, 0xc9d2d8)),
      ),
      pen.sprite(
        pen.shape(width, height, 0x4dffb4, '1.4-abs(v-0.5-0.32*sin(u*25.1327))*H/(1.6+28*abs(cos(u*25.1327))*0.22)'),
        x,
        y,
      ),
      pen.boxes(
        pen.box(FLASK.x + 30, FLASK.y - 26, 22, 50, 0xe8f4f8, { alpha: 0.75 }),
        pen.box(FLASK.x + 26, FLASK.y - 30, 30, 5, 0xffffff),
      ),
      pen.sprite(pen.shape(82, 74, 0xeaf6fa, '0.8*(v*0.42+0.1-abs(u-0.5))*40'), FLASK.x, FLASK.y + 16),
      pen.sprite(
        pen.shape(82, 74, 0x7a4de0, '0.85*min((v*0.42+0.06-abs(u-0.5))*40,(v-0.42)*40)'),
        FLASK.x,
        FLASK.y + 16,
      ),
      pen.boxes(
        pen.box(FLASK.x - 12, FLASK.y + 88, 106, 6, 0x39444e),
        pen.box(448, 196, 8, 48, 0xe4572e),
        pen.box(460, 180, 8, 64, 0xf2c14e),
        pen.box(472, 204, 8, 40, 0x3fa7a0),
        pen.box(440, 240, 46, 5, 0x5a4a3c),
        pen.box(0, 262, 640, 3, 0x8d8576),
        ...[20, 180, 340, 500].flatMap((left) => [
          pen.box(left, 274, 130, 40, 0x5b6872),
          pen.box(left + 48, 284, 34, 4, 0xc9d2d8),
        ]),
      ),
      pen.boxes(pen.box(478, 34, 128, 76, 0xffffff), pen.box(478, 34, 128, 14, 0x39444e), ...poster),
      pen.sprite(pen.ellipse(300, 60, 0xffffff, 1, 0.8), 180, -32),
      pen.boxes(pen.box(240, 0, 180, 6, 0xffffff)),
    ];
  },

  live(pen: Pen): Layer[] {
    const { x, y, width, height } = SCREEN;
    const leds = Array.from({ length: RACK.units }, (_, unit) => [
      pen.box(RACK.x + 102, RACK.y + 11 + unit * 18, 6, 5, 0x4dff88, {
        when: `lt(mod(t*${2 + (unit % 4)}+${unit},3),1.6)`,
      }),
      pen.box(RACK.x + 114, RACK.y + 11 + unit * 18, 6, 5, 0xffb03a, { when: `lt(mod(t+${unit * 0.7},2.2),0.5)` }),
    ]).flat();
    const sweep = `mod(t*90,${width - 10})`;
    const bubble = (size: number, dx: number, speed: number, phase: number) =>
      pen.sprite(
        pen.ellipse(size, size, 0xe9dcff, 0.4, 0.9),
        `${FLASK.x + dx}+3*sin(t*4+${phase})`,
        `${FLASK.y + 80}-mod(t*${speed}+${phase * 7},34)`,
      );
    return [
      pen.boxes(...leds),
      pen.sprite(
        pen.ellipse(34, 34, 0xb8ffe0, 1, 0.9),
        `${x - 12}+${sweep}`,
        `${y + height / 2 - 17}+${0.32 * height}*sin((5+${sweep})/${width}*25.1327)`,
      ),
      pen.sprite(
        pen.ellipse(10, 10, 0xffffff, 0.4),
        `${x}+${sweep}`,
        `${y + height / 2 - 5}+${0.32 * height}*sin((5+${sweep})/${width}*25.1327)`,
      ),
      bubble(7, 28, 22, 0),
      bubble(5, 42, 29, 2),
      bubble(6, 52, 17, 4),
    ];
  },
};
