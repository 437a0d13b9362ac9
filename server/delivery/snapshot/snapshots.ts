/**
 * Pictures of cameras as they are now, or were a moment ago: who asks for the same at the same time shares one keyframe
 * and one decode. How they go over HTTP is `http-snapshot.ts`.
 */
import type { PictureSource } from '../../camera/stream-wish.ts';
import { RelayError } from '../../errors.ts';
import { type Keyframe, newestKeyframe } from './keyframe-source.ts';
import { type Picture, pictureOf } from './picture.ts';
import { PictureCache } from './picture-cache.ts';
import type { PictureCoder } from './picture-coder.ts';
import type { SnapshotQuery } from './picture-query.ts';

export interface SnapshotsOptions {
  readonly coder: Pick<PictureCoder, 'decode'>;
  /** How long a camera that was not running may take to show a picture. */
  readonly connectTimeoutMs: number;
}

type Wanted = Pick<SnapshotQuery, 'width' | 'maxAgeMs'>;
type SnapshotCamera = PictureSource;

/** A hundred pictures or so; the grid's are a tenth of that size. */
const CACHE_BYTES = 33_554_432;
/** Under way and waiting. Each keeps a keyframe in memory. */
const MAX_DECODES = 64;

/** Nothing here has to be closed: what is under way ends with the cameras and with ffmpeg. */
export class Snapshots {
  readonly #options: SnapshotsOptions;
  readonly #cache = new PictureCache(CACHE_BYTES);
  readonly #keyframes = new Map<SnapshotCamera, Promise<Keyframe>>();
  readonly #decodes = new Map<string, Promise<Picture>>();

  constructor(options: SnapshotsOptions) {
    this.#options = options;
  }

  /** A picture that is at hand and not too old; asks nothing of the camera. */
  cached(camera: Pick<PictureSource, 'id'>, { width, maxAgeMs }: Wanted): Picture | null {
    const picture = this.#cache.get(keyOf(camera, width));
    if (picture === null) return null;
    const ageMs = Date.now() - picture.takenAtMs;
    // From before the clock was put back: how old it is nobody knows.
    return ageMs >= 0 && ageMs < maxAgeMs ? picture : null;
  }

  /**
   * A cached picture if it will do; else one of the newest keyframe, for which the camera is started where necessary.
   * @throws RelayError why there is none: the camera's own reason, `timeout`, `overloaded` …
   */
  async take(camera: SnapshotCamera, query: Wanted): Promise<Picture> {
    const cached = this.cached(camera, query);
    if (cached !== null) return cached;
    const keyframe = await this.#keyframe(camera);
    const key = keyOf(camera, query.width);
    const newest = this.#cache.get(key);
    return newest?.keyframe === keyframe.id ? newest : this.#decode(camera, query.width, keyframe);
  }

  #keyframe(camera: SnapshotCamera): Promise<Keyframe> {
    return shared(this.#keyframes, camera, () => newestKeyframe(camera, this.#options.connectTimeoutMs));
  }

  #decode(camera: SnapshotCamera, width: number | null, keyframe: Keyframe): Promise<Picture> {
    const key = keyOf(camera, width);
    return shared(this.#decodes, `${key} ${keyframe.id}`, async () => {
      if (this.#decodes.size >= MAX_DECODES) throw new RelayError('overloaded', 'Too many pictures are being made.');
      const jpeg = await this.#options.coder.decode(keyframe.mp4, { camera: camera.id, width });
      const picture = pictureOf(jpeg, { keyframe: keyframe.id, takenAtMs: keyframe.takenAtMs });
      this.#cache.put(key, picture);
      return picture;
    });
  }
}

function keyOf(camera: Pick<PictureSource, 'id'>, width: number | null): string {
  return `${camera.id} ${width ?? 'own'}`;
}

/** What is under way under this key, or what `begin` now sets under way. */
function shared<Key, T>(underWay: Map<Key, Promise<T>>, key: Key, begin: () => Promise<T>): Promise<T> {
  const before = underWay.get(key);
  if (before !== undefined) return before;
  const promise = begin();
  underWay.set(key, promise);
  const done = () => underWay.delete(key);
  promise.then(done, done);
  return promise;
}
