/**
 * What scenes are painted with: ffmpeg filters for boxes, gradients and shapes, in a space of 640x360 whatever the
 * picture's real size. What is painted is in `scene-*.ts`, the whole graph in `picture.ts`.
 */

/** Scenes think in these pixels. */
export const SPACE_WIDTH = 640;
export const SPACE_HEIGHT = 360;
/** The strip below the scene, for the clock and the block code, begins here. */
export const STRIP_TOP = 320;

/** One step of painting: boxes drawn into the picture, or a small picture laid over it. */
export type Layer =
  | { readonly kind: 'boxes'; readonly filters: readonly string[] }
  | {
      readonly kind: 'sprite';
      /** A chain that makes exactly one picture with alpha. */
      readonly source: string;
      /** Overlay expressions; `t` is the wall clock in seconds. */
      readonly x: string;
      readonly y: string;
    };

/** A scene: painted once (`still`), then moved by the wall clock (`live`), so that every size of it shows the same. */
export interface Scenery {
  readonly title: string;
  readonly sky: readonly GradientStop[];
  still(pen: Pen): Layer[];
  live(pen: Pen): Layer[];
}

export type GradientStop = readonly [y: number, colour: number];

/** Pure: turns shapes in scene pixels into filters for one picture size. */
export class Pen {
  readonly width: number;
  readonly height: number;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
  }

  x(value: number): number {
    return Math.round((value * this.width) / SPACE_WIDTH);
  }

  y(value: number): number {
    return Math.round((value * this.height) / SPACE_HEIGHT);
  }

  /** A filled box; `when` is an ffmpeg expression of the wall clock `t`, for lights that go on and off. */
  box(x: number, y: number, width: number, height: number, colour: number, options: BoxOptions = {}): string {
    const left = this.x(x);
    const top = this.y(y);
    const right = Math.max(left + 1, this.x(x + width));
    const bottom = Math.max(top + 1, this.y(y + height));
    return (
      `drawbox=x=${left}:y=${top}:w=${right - left}:h=${bottom - top}:c=${rgb(colour)}@${options.alpha ?? 1}:t=fill` +
      (options.replace ? ':replace=1' : '') +
      (options.when ? `:enable='${options.when}'` : '')
    );
  }

  boxes(...filters: string[]): Layer {
    return { kind: 'boxes', filters };
  }

  /** A small picture at a place that stays, or that `t` moves: numbers and expressions are scene pixels. */
  sprite(source: string, x: number | string, y: number | string): Layer {
    return {
      kind: 'sprite',
      source,
      x: `(${x})*${this.width}/${SPACE_WIDTH}`,
      y: `(${y})*${this.height}/${SPACE_HEIGHT}`,
    };
  }

  /** A shape of one colour; `alpha` is a geq expression (0 to 1) of `u` and `v`, which run from 0 to 1 over the shape. */
  shape(width: number, height: number, colour: number, alpha: string): string {
    const expression = alpha.replace(/\bu\b/g, '((X+0.5)/W)').replace(/\bv\b/g, '((Y+0.5)/H)');
    return (
      `${this.#source(width, height, colour)},` +
      `geq=lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)':a='255*clip(${expression},0,1)'`
    );
  }

  /** `softness` 0.02 is a disc with a smooth edge, 1 is a glow. */
  ellipse(width: number, height: number, colour: number, softness = 0.06, opacity = 1): string {
    return this.shape(width, height, colour, `${opacity}*(1-hypot(2*u-1,2*v-1))/${softness}`);
  }

  /** A picture built of boxes on nothing. */
  cutout(width: number, height: number, ...filters: string[]): string {
    return [`${this.#source(width, height, 0, 0)}`, ...filters].join(',');
  }

  /** Vertical gradient over the whole picture, from bands painted small and enlarged. */
  gradient(stops: readonly GradientStop[]): string {
    const rows = SPACE_HEIGHT / 4;
    const bands = Array.from({ length: rows }, (_, row) => {
      const colour = colourAt(stops, row * 4 + 2);
      return `drawbox=x=0:y=${row}:w=16:h=1:c=${rgb(colour)}:t=fill`;
    });
    return `color=s=16x${rows}:r=25,format=yuv444p,trim=end_frame=1,${bands.join(',')},scale=${this.width}:${this.height}:flags=bicubic,format=yuv420p`;
  }

  #source(width: number, height: number, colour: number, alpha = 1): string {
    const even = (value: number) => Math.max(2, Math.ceil(value / 2) * 2);
    return `color=c=${rgb(colour)}@${alpha}:s=${even(this.x(width))}x${even(this.y(height))}:r=25,trim=end_frame=1,format=yuva420p`;
  }
}

export interface BoxOptions {
  readonly alpha?: number;
  /** Writes the box's own alpha instead of blending: for cutouts. */
  readonly replace?: boolean;
  readonly when?: string;
}

/** Pure: a repeatable sequence in 0 to 1, so that a scene looks the same at every start. */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function rgb(colour: number): string {
  return `0x${colour.toString(16).padStart(6, '0')}`;
}

function colourAt(stops: readonly GradientStop[], y: number): number {
  const after = stops.findIndex(([at]) => at >= y);
  if (after <= 0) return after === 0 ? stops[0]![1] : stops.at(-1)![1];
  const [fromY, from] = stops[after - 1]!;
  const [toY, to] = stops[after]!;
  const share = (y - fromY) / (toY - fromY);
  const channel = (shift: number) => {
    const a = (from >> shift) & 0xff;
    return Math.round(a + (((to >> shift) & 0xff) - a) * share) << shift;
  };
  return channel(16) + channel(8) + channel(0);
}
