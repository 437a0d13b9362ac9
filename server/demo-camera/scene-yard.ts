/** The yard: a house with a garden on a clear morning, clouds, a cat on its round. Paint only. */
import { type Layer, type Pen, type Scenery, STRIP_TOP } from './scenery.ts';

export const yard: Scenery = {
  title: 'Yard',
  sky: [
    [0, 0x4f9be0],
    [190, 0xd8edfa],
    [200, 0x6fae55],
    [STRIP_TOP, 0x3b7a35],
  ],

  still(pen: Pen): Layer[] {
    const pickets = Array.from({ length: 29 }, (_, index) => pen.box(262 + index * 13, 186, 7, 38, 0xf4f4ee));
    return [
      pen.sprite(pen.ellipse(190, 190, 0xfff6cf, 1, 0.9), 455, -55),
      pen.sprite(pen.ellipse(52, 52, 0xfffbe6, 0.08), 524, 14),
      pen.sprite(pen.shape(640, 80, 0x8fb9a0, '(v-0.45-0.25*sin(u*7+0.6))*30'), 0, 120),
      pen.sprite(pen.shape(640, 70, 0x5f9a5c, '(v-0.4-0.22*sin(u*11+2))*30'), 0, 142),
      pen.boxes(pen.box(262, 193, 378, 5, 0xe6e6dc), pen.box(262, 210, 378, 5, 0xe6e6dc), ...pickets),
      pen.sprite(pen.shape(120, 100, 0xcdbfa5, '(v*0.36+0.14-abs(u-0.5))*40'), 100, 226),
      pen.boxes(
        pen.box(200, 62, 20, 50, 0x8c4a3c),
        pen.box(197, 58, 26, 7, 0x703a2f),
        pen.box(62, 118, 190, 110, 0xefe4cf),
        pen.box(62, 220, 190, 8, 0xb9aa92),
        pen.box(140, 160, 36, 68, 0x5c6f86),
        pen.box(144, 166, 28, 26, 0x8fa6bd),
        pen.box(169, 196, 3, 6, 0xf0d27a),
        ...[80, 194].flatMap((x) => [
          pen.box(x, 148, 42, 40, 0xffffff),
          pen.box(x + 4, 152, 34, 32, 0x5f88a8),
          pen.box(x + 19, 152, 4, 32, 0xffffff),
          pen.box(x, 188, 42, 5, 0xc2563f),
        ]),
      ),
      pen.sprite(pen.shape(226, 62, 0xa8483a, '(v-abs(2*u-1)*0.92)*26'), 44, 60),
      pen.boxes(pen.box(44, 117, 226, 6, 0x8c3b30)),
      pen.sprite(pen.ellipse(120, 22, 0x2f6a2d, 0.6, 0.7), 478, 262),
      pen.boxes(pen.box(530, 190, 16, 84, 0x6b4a32), pen.box(530, 190, 5, 84, 0x7d5a3e)),
      pen.sprite(pen.ellipse(104, 84, 0x2f7a3c, 0.08), 486, 122),
      pen.sprite(pen.ellipse(78, 66, 0x3f9149, 0.08), 476, 144),
      pen.sprite(pen.ellipse(82, 70, 0x47a052, 0.08), 522, 104),
      ...[300, 330, 352, 392, 420].map((x, index) =>
        pen.sprite(pen.ellipse(12, 10, [0xf2c14e, 0xe4572e, 0xf7f7ff][index % 3]!, 0.3), x, 240 + ((index * 17) % 26)),
      ),
    ];
  },

  live(pen: Pen): Layer[] {
    const cloud = (width: number) =>
      pen.shape(
        width,
        width * 0.36,
        0xffffff,
        '0.95*max(max(1-hypot((u-0.5)*3.4,(v-0.45)*2.4),1-hypot((u-0.27)*4.4,(v-0.62)*3.2)),1-hypot((u-0.74)*4.2,(v-0.62)*3.2))*4',
      );
    const fur = 0x2d2a2e;
    const cat = pen.cutout(
      64,
      34,
      pen.box(12, 12, 34, 12, fur, { replace: true }),
      pen.box(44, 4, 14, 14, fur, { replace: true }),
      pen.box(44, 0, 4, 6, fur, { replace: true }),
      pen.box(54, 0, 4, 6, fur, { replace: true }),
      pen.box(53, 8, 3, 3, 0xe8d44d, { replace: true }),
      pen.box(4, 2, 4, 16, fur, { replace: true }),
      pen.box(6, 14, 8, 4, fur, { replace: true }),
      ...[14, 22, 34, 41].map((x) => pen.box(x, 22, 4, 10, fur, { replace: true })),
    );
    return [
      pen.sprite(cloud(150), 'mod(t*9,860)-180', 4),
      pen.sprite(cloud(96), 'mod(t*14+420,800)-130', 22),
      pen.boxes(pen.box(84, 152, 34, 32, 0xffe08a, { alpha: 0.75, when: 'lt(mod(t,9),4)' })),
      pen.sprite(pen.ellipse(26, 22, 0xffffff, 0.9, 0.7), '200+8*sin(t)', '40-mod(t*12,60)'),
      pen.sprite(cat, 'mod(t*42,760)-90', '268+2*sin(t*11)'),
      pen.sprite(pen.ellipse(20, 20, 0xd8433b, 0.1), '330+mod(t*30,60)*gt(mod(t,4),2)', '282-44*abs(sin(t*2.6))'),
    ];
  },
};
