/** The description of the API as an OpenAPI 3.1 document, made of the operations. Pure. */
import { z } from 'zod';
import { type Content, type Operation, TAGS } from './operation.ts';
import { accessOperations } from './operations/access.ts';
import { cameraOperations } from './operations/cameras.ts';
import { chatOperations } from './operations/chat.ts';
import { gatewayOperations } from './operations/gateway.ts';
import { liveOperations } from './operations/live.ts';
import { recordingOperations } from './operations/recordings.ts';
import { relayOperations } from './operations/relay.ts';
import { videoOperations } from './operations/videos.ts';
import { problem, schemaNames } from './schemas.ts';

type Json = Record<string, unknown>;

export const OPERATIONS: readonly Operation[] = [
  ...relayOperations,
  ...cameraOperations,
  ...liveOperations,
  ...recordingOperations,
  ...videoOperations,
  ...gatewayOperations,
  ...chatOperations,
  ...accessOperations,
];

/** `:camera` and `{*path}` of the route table as `{camera}` and `{path}`. */
export function templateOf(path: string): string {
  return path.replace(/\{\*(\w+)\}/g, '{$1}').replace(/:(\w+)/g, '{$1}');
}

/** @param basePath under which a reverse proxy shows the relay */
export function openApiDocument({ version, basePath }: { readonly version: string; readonly basePath: string }): Json {
  const paths: Record<string, Json> = {};
  for (const operation of OPERATIONS) {
    const path = templateOf(operation.path);
    paths[path] ??= {};
    paths[path][operation.method] = operationObject(operation, path);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sightline',
      version,
      summary: 'A relay that lets any browser watch RTSP cameras.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: basePath.replace(/(?<=.)\/$/, '') }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: { schemas: componentSchemas(), securitySchemes: SECURITY },
    // None of them on this machine itself while there are no users.
    security: [{}, ...Object.keys(SECURITY).map((name) => ({ [name]: [] }))],
  };
}

const SECURITY = {
  session: { type: 'apiKey', in: 'cookie', name: 'sightline_session' },
  token: { type: 'http', scheme: 'bearer' },
  link: { type: 'apiKey', in: 'query', name: 'grant' },
} as const;

const PROBLEM = { description: 'What went wrong (RFC 9457).', content: contentObject({ json: problem }, true) };

function operationObject(operation: Operation, path: string): Json {
  const { id, tag, summary, about, query = {}, body, answers, socket } = operation;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const responses = Object.fromEntries(
    Object.entries(answers).map(([status, { about: description, content }]) => [
      status,
      { description, ...(content === undefined ? {} : { content: contentObject(content) }) },
    ]),
  );
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(about === undefined ? {} : { description: about }),
    parameters: [
      ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...Object.entries(query).map(([name, { about: description, schema }]) => ({
        name,
        in: 'query',
        description,
        schema,
      })),
    ],
    ...(body === undefined
      ? {}
      : { requestBody: { required: body.required ?? false, content: contentObject(body.content) } }),
    responses: {
      ...(socket === true ? { 101: { description: 'The WebSocket is open.' } } : {}),
      ...responses,
      default: PROBLEM,
    },
  };
}

function contentObject(content: Content, isProblem = false): Json {
  if ('media' in content) return { [content.media]: {} };
  const name = schemaNames.get(content.json)?.id;
  const schema = name === undefined ? tolerant(z.toJSONSchema(content.json, { io: 'input' })) : { $ref: refTo(name) };
  return { [isProblem ? 'application/problem+json' : 'application/json']: { schema } };
}

function componentSchemas(): Json {
  const { schemas } = z.toJSONSchema(schemaNames, { uri: refTo, io: 'output' });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, tolerant(schema)]));
}

function refTo(name: string): string {
  return `#/components/schemas/${name}`;
}

/** Later versions may say more, which must break no client; what marks a file of its own has no place here. */
function tolerant(schema: object): Json {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === '$schema' || key === '$id' || (key === 'additionalProperties' && value === false) ? undefined : value,
  );
}
