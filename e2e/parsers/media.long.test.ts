/** FLV and the boxes of MP4, nearly right, fuzzed for a minute each, from their bytes to the muxer. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import { TagPipeline } from '../../server/camera/tag-pipeline.ts';
import { RelayError } from '../../server/errors.ts';
import { readScriptData } from '../../server/flv/amf.ts';
import { AAC, H264, makeFlv, PICTURE, TONE } from '../../server/flv/flv.fixture.ts';
import { readMetadata } from '../../server/flv/metadata.ts';
import { type Tag, tagBody } from '../../server/flv/tag.ts';
import { TagParser } from '../../server/flv/tag-parser.ts';
import { readVideoBody } from '../../server/flv/video-body.ts';
import { childBoxes } from '../../server/mp4/box-reader.ts';
import { readMovie } from '../../server/mp4/movie-reader.ts';
import { makeMp4, mux } from '../../server/mp4/mp4.fixture.ts';
import { SAMPLE_READER_OUTPUT, SampleReader } from '../../server/mp4/sample-reader.ts';
import { fileName } from '../../server/videos/recording/file-names.ts';
import { readIndex } from '../../server/videos/recording/fragment-index.ts';
import { recoverFile } from '../../server/videos/recording/recover-file.ts';
import { damaged, fuzzFor, garbage, onlyRelayErrors, pieceSize, pieces } from '../support/fuzzing.ts';

let folder: string;
let flv: Buffer;
let mp4: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-parsers-'));
  flv = await makeFlv([...PICTURE, ...TONE, ...H264, '-g', '5', ...AAC], 1);
  mp4 = await makeMp4([...PICTURE, ...TONE], [...H264, '-g', '5', ...AAC, ...SAMPLE_READER_OUTPUT], 1);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** As a stream takes them from its parser on to the muxer of every MP4. */
function follow(tags: readonly Tag[]): void {
  for (const tag of tags) {
    onlyRelayErrors(() => readMetadata(tag));
    onlyRelayErrors(() => readVideoBody(tagBody(tag)));
    onlyRelayErrors(() => readScriptData(tagBody(tag)));
  }
  onlyRelayErrors(() => mux(tags, 'keyframe'));
}

it('FLV, from its bytes to the muxer', async () => {
  await fuzzFor(
    fc.tuple(fc.oneof({ weight: 5, arbitrary: damaged(flv, 40_000) }, { weight: 1, arbitrary: garbage }), pieceSize),
    ([bytes, step]) => {
      const pipeline = new TagPipeline();
      const tags: Tag[] = [];
      onlyRelayErrors(() => {
        for (const piece of pieces(bytes, step)) tags.push(...pipeline.push(piece));
      });
      onlyRelayErrors(() => new TagParser().push(bytes));
      follow(tags);
    },
  );
});

it('the boxes of MP4, from ffmpeg and from the disk', async () => {
  const file = join(folder, fileName('yard', 1_700_000_000_000));
  await fuzzFor(
    fc.tuple(fc.oneof({ weight: 5, arbitrary: damaged(mp4, 60_000) }, { weight: 1, arbitrary: garbage }), pieceSize),
    async ([bytes, step]) => {
      const tags: Tag[] = [];
      const reader = new SampleReader();
      onlyRelayErrors(() => {
        for (const piece of pieces(bytes, step)) tags.push(...reader.push(piece));
      });
      onlyRelayErrors(() => reader.end());
      follow(tags);
      onlyRelayErrors(() => childBoxes(bytes));
      onlyRelayErrors(() => readMovie(bytes.subarray(8)));
      onlyRelayErrors(() => readIndex(bytes));
      await writeFile(file, bytes);
      // Any of these leaves the file as it is.
      await recoverFile(file).catch((error: unknown) => {
        if (!(error instanceof RelayError || error instanceof RangeError)) throw error;
      });
    },
  );
});
