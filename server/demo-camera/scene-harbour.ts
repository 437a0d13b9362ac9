/** The harbour: a sunset over the water, a lighthouse, ships under way. Paint only. */
import { type Layer, type Pen, type Scenery, STRIP_TOP } from './scenery.ts';

const HORIZON = 196;

export const harbour: Scenery = {
  title: 'Harbour',
  sky: [
    [0, 0x24406e],
    [90, 0x8a6a8c],
    [150, 0xf0955e],
    [HORIZON - 2, 0xffd79a],
    [HORIZON + 2, 0xd08a63],
    [240, 0x4f6280],
    [STRIP_TOP, 0x14304c],
  ],

  still(pen: Pen): Layer[] {
    const iron = 0x2a2c3c;
    const crane = (x: number) => [
      pen.box(x, 108, 5, 84, iron),
      pen.box(x + 26, 108, 5, 84, iron),
      pen.box(x - 4, 104, 40, 5, iron),
      pen.box(x - 46, 92, 100, 5, iron),
      pen.box(x + 12, 72, 5, 34, iron),
      pen.box(x - 36, 97, 1.5, 34, iron),
      pen.box(x - 42, 131, 14, 8, 0xb5533c),
      pen.box(x - 2, 150, 35, 3, iron),
    ];
    const containers = [0x9c4a3c, 0x3f6b7a, 0xb88a3c, 0x5a6f4a, 0x7a4a6a].flatMap((colour, index) => [
      pen.box(470 + index * 34, 178, 32, 13, colour),
      ...(index % 2 ? [] : [pen.box(474 + index * 34, 165, 32, 13, colour + 0x101010)]),
    ]);
    return [
      pen.sprite(pen.ellipse(280, 220, 0xffc477, 1, 0.75), 210, 80),
      pen.sprite(pen.ellipse(74, 74, 0xfff0bd, 0.06), 313, 152),
      pen.sprite(pen.shape(640, 124, 0x4a5f80, 'v*30'), 0, HORIZON),
      pen.sprite(pen.shape(640, 124, 0x16324e, 'v*1.2'), 0, HORIZON),
      pen.sprite(pen.shape(260, 118, 0xffb870, '0.75*(1-v)*(1-abs(2*u-1)/(0.35+0.6*v))'), 220, HORIZON + 1),
      pen.sprite(pen.shape(300, 34, 0x6d5a72, '(v-0.35-0.3*sin(u*9))*20'), 0, 166),
      pen.boxes(
        ...crane(512),
        ...crane(598),
        ...containers,
        pen.box(440, 190, 200, 16, 0x3a3440),
        pen.box(440, 190, 200, 2, 0x8a6a5a),
      ),
      pen.sprite(pen.shape(170, 48, 0x2c2f38, '(v-0.15-0.9*abs(u-0.4)*abs(u-0.4)*3)*12'), -20, 206),
      pen.sprite(pen.shape(44, 124, 0xf3ede2, '(0.3+v*0.2-abs(u-0.5))*22'), 58, 94),
      pen.sprite(pen.shape(44, 22, 0xc0392b, '(0.34-abs(u-0.5))*22'), 58, 116),
      pen.sprite(pen.shape(44, 24, 0xc0392b, '(0.42-abs(u-0.5))*22'), 58, 162),
      pen.boxes(
        pen.box(62, 90, 36, 5, 0x30323c),
        pen.box(70, 72, 20, 18, 0xffe9a8),
        pen.box(69, 70, 2, 20, 0x30323c),
        pen.box(89, 70, 2, 20, 0x30323c),
        pen.box(66, 66, 28, 5, 0x8c2f25),
        pen.box(74, 60, 12, 6, 0x8c2f25),
        pen.box(74, 190, 12, 22, 0x5a4a3a),
      ),
    ];
  },

  live(pen: Pen): Layer[] {
    const beam = (alpha: string) => pen.shape(260, 70, 0xfff3c4, alpha);
    const glint = (width: number) => pen.ellipse(width, 5, 0xffe2b0, 0.7, 0.85);
    const away = '+2000*gt(mod(t,6),1.2)';
    const back = '+2000*(1-between(mod(t,6),3,4.2))';
    return [
      pen.sprite(glint(90), '305+14*sin(t*1.7)', 208),
      pen.sprite(glint(60), '322+18*sin(t*1.3+1)', 224),
      pen.sprite(glint(110), '296+22*sin(t*1.1+2)', 243),
      pen.sprite(glint(70), '318+26*sin(t*0.9+3)', 266),
      pen.sprite(freighter(pen), 'mod(t*11,980)-200', '166+1.5*sin(t*0.9)'),
      pen.sprite(yacht(pen), '700-mod(t*17,900)', '208+3*sin(t*1.4)'),
      pen.sprite(beam('0.6*(1-u)*(1-abs(v-0.5)/(0.06+0.42*u))'), `90${away}`, 46),
      pen.sprite(beam('0.6*u*(1-abs(v-0.5)/(0.06+0.42*(1-u)))'), `-190${back}`, 46),
      pen.sprite(gull(pen), 'mod(t*28,760)-60', '60+10*sin(t*1.8)'),
    ];
  },
};

function freighter(pen: Pen): string {
  const part = (x: number, y: number, w: number, h: number, colour: number) =>
    pen.box(x, y, w, h, colour, { replace: true });
  const cargo = [0x3f7a8c, 0xc2703d, 0x8a9a5b, 0xa84a44, 0xd0a24a, 0x5a6ea0];
  return pen.cutout(
    160,
    44,
    part(4, 26, 152, 8, 0x7a2f2a),
    part(10, 34, 140, 6, 0x2a1f26),
    part(8, 4, 22, 22, 0xf0e8dc),
    part(10, 8, 18, 4, 0x40546a),
    part(14, 0, 6, 5, 0xc0392b),
    ...cargo.flatMap((colour, index) => [
      part(36 + index * 19, 18, 18, 8, colour),
      ...(index % 3 === 1 ? [] : [part(36 + index * 19, 10, 18, 8, cargo[(index + 2) % 6]!)]),
    ]),
  );
}

function yacht(pen: Pen): string {
  // One shape: a mainsail, a foresail and the hull, by which half of the shape a point lies in.
  return pen.shape(
    70,
    84,
    0xfaf4ea,
    'max(max((v-0.06-(0.48-u)*1.9)*20*lt(u,0.47)*lt(v,0.76),(v-0.14-(u-0.5)*2.1)*20*gt(u,0.5)*lt(v,0.76)),(0.44-(v-0.8)*0.6-abs(u-0.5))*20*between(v,0.8,0.95))',
  );
}

function gull(pen: Pen): string {
  return pen.shape(26, 12, 0x2c3040, '(0.16-abs(v-0.75+0.5*sin(3.1416*abs(2*u-1))))*9');
}
