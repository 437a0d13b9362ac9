/**
 * Whom each route lets in. Written by hand, a line for every method of every route. The callers, in this order:
 *
 *     nobody, viewer, few, operator, admin, token, link
 *
 * `few` is a user with `see` and `chat` on the camera `yard` and nothing else; the token may `see` the yard; the link
 * leads to the yard. `.` is let in, `1` is 401, `3` is 403, `4` is 404 in the words for a camera (or room) that does not
 * exist. Where there are two words, the first is about the yard and the second about the camera `shed`.
 */
export const ACCESS_TABLE: Readonly<Record<string, string>> = {
  'GET /': '.......',
  'GET /embed/:camera': '....... .......',
  'GET /embed/video/:name': '.......',
  '* /{*path}': '.......',
  'GET /healthz': '.......',
  'GET /readyz': '.......',
  'GET /metrics': '1333.33',
  'GET /api/openapi.json': '1......',

  'GET /api/session': '.......',
  // A wrong password for all.
  'POST /api/session': '.......',
  'DELETE /api/session': '.......',
  'GET /api/session/oidc': '.......',
  'GET /api/session/oidc/callback': '.......',
  'PUT /api/session/password': '1.....3',
  'POST /api/setup': '.......',
  'GET /api/users': '1333.33',
  'POST /api/users': '1333.33',
  'PATCH /api/users/:name': '1333.33',
  'DELETE /api/users/:name': '1333.33',
  'GET /api/sessions': '1333.33',
  'DELETE /api/sessions/:id': '1333.33',
  'GET /api/tokens': '1333.33',
  'POST /api/tokens': '1333.33',
  'DELETE /api/tokens/:id': '1333.33',
  'GET /api/grants': '1.....3',
  'POST /api/grants': '1.....3',
  'DELETE /api/grants/:id': '1.....3',
  'GET /api/audit': '1333.33',

  'GET /api/cameras': '1......',
  'GET /api/cameras/:camera': '1...... 1.4..44',
  'POST /api/cameras/:camera/probe': '1333.33 1343.44',
  'POST /api/cameras/:camera/retry': '1...... 1.4..44',
  'GET /api/rooms/:room/messages': '1....3. 1.4..44',
  'UPGRADE /api/events': '1......',
  '* /api/events': '.......',
  'UPGRADE /chat/:room': '1....3. 1.4..44',
  '* /chat/:room': '....... .......',

  // For a camera that is sent to, its own key is what it takes; others are but watched here.
  'POST /live/:camera.flv': '1...... 1.4..44',
  'GET /live/:camera.flv': '1...... 1.4..44',
  'HEAD /live/:camera.flv': '1...... 1.4..44',
  'UPGRADE /live/:camera.flv': '1...... 1.4..44',
  'GET /live/:camera.mp4': '1...... 1.4..44',
  'HEAD /live/:camera.mp4': '1...... 1.4..44',
  'UPGRADE /live/:camera.mp4': '1...... 1.4..44',
  'GET /live/:camera/:file': '1...... 1.4..44',
  'GET /live/:camera.jpg': '1.3..3. 1.4..44',
  'HEAD /live/:camera.jpg': '1.3..3. 1.4..44',
  'GET /live/:camera.mjpeg': '1...... 1.4..44',
  'HEAD /live/:camera.mjpeg': '1...... 1.4..44',
  'GET /live.flv': '1.4..44',
  'UPGRADE /live.flv': '1.4..44',

  'GET /api/cameras/:camera/recording': '1...... 1.4..44',
  'POST /api/cameras/:camera/recording': '133..33 134..44',
  'POST /api/cameras/:camera/recording/event': '133..33 134..44',
  'GET /api/cameras/:camera/recordings': '1.3..33 1.4..44',
  'GET /api/cameras/:camera/recordings/index.m3u8': '1.3..33 1.4..44',
  'GET /api/cameras/:camera/recordings/export.mp4': '1.3..33 1.4..44',
  'GET /api/cameras/:camera/recordings/segments/:name/:part': '1.3..33 1.4..44',
  'GET /api/cameras/:camera/recordings/files/:name': '1.3..33 1.4..44',

  '* /redirect/:resource/{*path}': '133..33',
  '* /proxy/:resource/{*path}': '133..33',
  'UPGRADE /redirect/:resource/{*path}': '133..33',
  'UPGRADE /proxy/:resource/{*path}': '133..33',

  'GET /api/videos': '1....33',
  'GET /api/video': '1....33',
  'GET /api/video/:name': '1....33',
  'DELETE /api/video/:name': '1333.33',
  'GET /api/video/:name/thumbnail.jpg': '1....33',
  '* /api/uploads': '1333.33',
  '* /api/uploads/:upload': '1333.33',
};
