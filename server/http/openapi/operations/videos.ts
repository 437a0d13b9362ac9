/** The video library. Uploads speak tus 1.0, whose own specification describes their headers. */

import { VIDEO_SORTS } from '../../../protocol.ts';
import { DONE, integer, json, media, type Operation, oneOf, words } from '../operation.ts';
import { videosAnswer } from '../video-schemas.ts';

const FILE_QUERY = {
  as: oneOf('`mp4` repacks what a browser cannot play as it is.', 'mp4'),
  length: integer('Reads a file that still grows at this length, so that a download can be resumed.', 1),
  download: oneOf('1 has a browser save it.', '1'),
};
const FILE_ANSWERS = {
  200: media('The whole file.', 'video/mp4'),
  206: media('The ranges asked for (RFC 9110 section 14).', 'video/mp4'),
  302: { about: 'The file still grows: the same at a length.' },
  304: { about: 'The one you have is the same.' },
};
const TUS = 'tus 1.0, with `creation`, `expiration` and `termination`.';

export const videoOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/videos',
    id: 'videos',
    tag: 'videos',
    summary: 'Files of the library',
    query: {
      offset: integer('The first to list.', 0),
      limit: integer('How many.', 1),
      sort: oneOf('By what.', ...VIDEO_SORTS),
      order: oneOf('Which way.', 'asc', 'desc'),
      q: words('Part of the name.'),
      type: words('Extensions, with commas.'),
    },
    answers: { 200: json('One page of them.', videosAnswer) },
  },
  {
    method: 'get',
    path: '/api/video',
    id: 'newestVideo',
    tag: 'videos',
    summary: 'The newest file',
    query: FILE_QUERY,
    answers: FILE_ANSWERS,
  },
  {
    method: 'get',
    path: '/api/video/:name',
    id: 'video',
    tag: 'videos',
    summary: 'One file',
    query: FILE_QUERY,
    answers: FILE_ANSWERS,
  },
  {
    method: 'delete',
    path: '/api/video/:name',
    id: 'deleteVideo',
    tag: 'videos',
    summary: 'Deletes a file',
    answers: DONE,
  },
  {
    method: 'get',
    path: '/api/video/:name/thumbnail.jpg',
    id: 'thumbnail',
    tag: 'videos',
    summary: 'A picture of a file',
    answers: { 200: media('The picture.', 'image/jpeg'), 304: { about: 'The one you have is the same.' } },
  },
  {
    method: 'post',
    path: '/api/uploads',
    id: 'createUpload',
    tag: 'videos',
    summary: 'Begins a resumable upload',
    about: TUS,
    answers: { 201: { about: '`Location` is where the bytes go.' } },
  },
  {
    method: 'options',
    path: '/api/uploads',
    id: 'uploadOptions',
    tag: 'videos',
    summary: 'What uploads may be',
    about: TUS,
    answers: DONE,
  },
  {
    method: 'patch',
    path: '/api/uploads/:upload',
    id: 'continueUpload',
    tag: 'videos',
    summary: 'Sends bytes of an upload',
    about: `${TUS} HEAD tells how far it has come.`,
    body: { content: { media: 'application/offset+octet-stream' }, required: true },
    answers: { 204: { about: '`Upload-Offset` is how far it has come.' } },
  },
  {
    method: 'delete',
    path: '/api/uploads/:upload',
    id: 'endUpload',
    tag: 'videos',
    summary: 'Gives an upload up',
    about: TUS,
    answers: DONE,
  },
];
