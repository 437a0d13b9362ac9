/** Links: given, listed and taken back by who manages what they open. What a link opens is `access/permissions.ts`. */
import type { Request, Response } from 'express';
import type { Access } from '../../access/access.ts';
import { readRequest, requestSchemas } from '../../access/access-requests.ts';
import { defaultRights } from '../../access/grants.ts';
import { decide, MEMBER, type Target } from '../../access/permissions.ts';
import type { CameraRegistry } from '../../camera/camera-registry.ts';
import { RelayError } from '../../errors.ts';
import type { CameraLinkPaths, GrantAnswer, GrantInfo, GrantRequest, Right, VideoLinkPaths } from '../../protocol.ts';
import type { VideoLibrary } from '../../videos/video-library.ts';
import { type Admission, admissionOf, type Gate, type RouteTable } from '../gate.ts';
import { jsonBody } from '../json-body.ts';
import { only } from '../only-get.ts';
import { maySeeOf } from './videos.ts';

export interface GrantParts {
  readonly gate: Gate;
  readonly access: Access;
  readonly cameras: CameraRegistry;
  readonly videos: VideoLibrary;
}

const MAX_BODY_BYTES = 8_192;

export function grantRoutes({ gate, access, cameras, videos }: GrantParts): RouteTable {
  const routes = gate.table();
  const json = jsonBody(MAX_BODY_BYTES);
  const answer = (response: Response, body: unknown, status = 200) =>
    response.status(status).set('Cache-Control', 'no-store').json(body);
  const record = (request: Request, what: string, { camera, video, id }: GrantInfo) => {
    const { name: who, address } = admissionOf(request);
    const about = camera === null ? { detail: `${video} by ${id}` } : { camera, detail: id };
    access.audit.record({ who, address, what, ...about });
  };

  routes
    .route('/api/grants', MEMBER)
    .get((request, response) => {
      const admission = admissionOf(request);
      answer(response, { grants: access.grants.infos.filter((grant) => admission.may('manage', ownerOf(grant))) });
    })
    .post(json, async (request, response) => {
      const admission = admissionOf(request);
      const wanted = readRequest(requestSchemas.grant, request.body);
      // Who may give others something is who manages it.
      const verdict = decide(admission.who, 'manage', ownerOf(wanted));
      if (!verdict.ok) throw new RelayError(verdict.code, verdict.why);
      if (wanted.video === undefined) cameras.get(wanted.camera!);
      else await videos.validators(wanted.video, maySeeOf(request));
      const rights = rightsOf(wanted, admission);
      const { secret, info } = await access.grants.create({ ...wanted, rights }, admission.name);
      record(request, 'shared', info);
      const paths = wanted.video === undefined ? cameraPaths(wanted.camera!, secret) : videoPaths(wanted.video, secret);
      answer(response, { ...info, grant: secret, paths } satisfies GrantAnswer<typeof paths>, 201);
    })
    .all(only('GET', 'HEAD', 'POST'));

  routes
    .route('/api/grants/:id', MEMBER)
    .delete(async (request, response) => {
      const admission = admissionOf(request);
      const found = access.grants.infos.find(({ id }) => id === request.params.id);
      if (found === undefined || !admission.may('manage', ownerOf(found))) {
        throw new RelayError('no-such-page', 'There is no such link.');
      }
      await access.grants.delete(found.id);
      access.emit('changed');
      record(request, 'unshared', found);
      response.status(204).end();
    })
    .all(only('DELETE'));
  return routes;
}

/** Pure: what one has to manage in order to give and take such links. */
function ownerOf({ camera }: { readonly camera?: string | null | undefined }): Target {
  return typeof camera === 'string' ? { kind: 'camera', id: camera } : { kind: 'library', id: '' };
}

/** Pure: what the link is to hold. Nobody gives what they do not have. @throws RelayError `not-allowed` */
function rightsOf(wanted: GrantRequest, admission: Admission): readonly Right[] {
  const target = ownerOf(wanted);
  const rights = wanted.rights ?? defaultRights(wanted).filter((right) => admission.may(right, target));
  const lacking = rights.find((right) => !admission.may(right, target));
  if (lacking === undefined) return rights;
  throw new RelayError('not-allowed', `You lack the right "${lacking}" on this camera.`);
}

/** Pure: what a link opens, each form with its secret. */
function cameraPaths(camera: string, grant: string): CameraLinkPaths {
  const of = (path: string) => `${path}?grant=${grant}`;
  return {
    embed: of(`embed/${camera}`),
    flv: of(`live/${camera}.flv`),
    mp4: of(`live/${camera}.mp4`),
    hls: of(`live/${camera}/index.m3u8`),
    jpg: of(`live/${camera}.jpg`),
    mjpeg: of(`live/${camera}.mjpeg`),
    chat: of(`chat/${camera}`),
    recordings: of(`api/cameras/${camera}/recordings`),
    export: of(`api/cameras/${camera}/recordings/export.mp4`),
  };
}

/** Pure: as `cameraPaths`. */
function videoPaths(video: string, grant: string): VideoLinkPaths {
  const name = encodeURIComponent(video);
  const file = `api/video/${name}?grant=${grant}`;
  return {
    embed: `embed/video/${name}?grant=${grant}`,
    video: file,
    mp4: `${file}&as=mp4`,
    download: `${file}&download=1`,
    jpg: `api/video/${name}/thumbnail.jpg?grant=${grant}`,
  };
}
