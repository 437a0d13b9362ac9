/** What is being recorded of a camera, and what was. */

import { z } from 'zod';
import { integer, json, media, moment, type Operation, words } from '../operation.ts';
import { recordingAnswer, recordingsAnswer } from '../recording-schemas.ts';

const PERIOD = { from: moment('Its beginning.'), to: moment('Its end.') };

const command = z.strictObject({
  action: z.enum(['start', 'stop', 'event']),
  name: z.string().optional(),
  postRollMs: z.int().min(0).optional(),
});

export const recordingOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/cameras/:camera/recording',
    id: 'recording',
    tag: 'recordings',
    summary: 'What is being recorded now',
    answers: { 200: json('Null when nothing is nor should be.', recordingAnswer) },
  },
  {
    method: 'post',
    path: '/api/cameras/:camera/recording',
    id: 'commandRecording',
    tag: 'recordings',
    summary: 'Starts or stops recording, or tells of an event',
    body: { content: { json: command }, required: true },
    answers: { 200: json('What is being recorded then.', recordingAnswer) },
  },
  {
    method: 'post',
    path: '/api/cameras/:camera/recording/event',
    id: 'recordEvent',
    tag: 'recordings',
    summary: 'Tells of an event, for devices that can call a URL and little else',
    query: { name: words('What happened.'), postRollMs: integer('How long to record after it.', 0) },
    answers: { 200: json('What is being recorded then.', recordingAnswer) },
  },
  {
    method: 'get',
    path: '/api/cameras/:camera/recordings',
    id: 'recordings',
    tag: 'recordings',
    summary: 'What there is of a period: times without a gap, days, files',
    query: PERIOD,
    answers: { 200: json('Times are those at which pictures reached the relay.', recordingsAnswer) },
  },
  {
    method: 'get',
    path: '/api/cameras/:camera/recordings/index.m3u8',
    id: 'playPeriod',
    tag: 'recordings',
    summary: 'A period as HLS',
    query: PERIOD,
    answers: { 200: media('A playlist that ends.', 'application/vnd.apple.mpegurl') },
  },
  {
    method: 'get',
    path: '/api/cameras/:camera/recordings/export.mp4',
    id: 'exportPeriod',
    tag: 'recordings',
    summary: 'A period as one plain MP4',
    query: PERIOD,
    answers: { 200: media('The whole of it.', 'video/mp4') },
  },
  {
    method: 'get',
    path: '/api/cameras/:camera/recordings/segments/:name/:part',
    id: 'recordedSegment',
    tag: 'recordings',
    summary: 'A piece of a recording, as a playlist names it',
    query: { shift: words('As the playlist says.') },
    answers: { 200: media('The piece.', 'video/mp4'), 206: media('Part of it.', 'video/mp4') },
  },
  {
    method: 'get',
    path: '/api/cameras/:camera/recordings/files/:name',
    id: 'recordedFile',
    tag: 'recordings',
    summary: 'A recorded file as it is',
    answers: { 200: media('The whole of it.', 'video/mp4'), 206: media('Part of it.', 'video/mp4') },
  },
];
