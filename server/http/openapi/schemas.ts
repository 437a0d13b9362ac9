/**
 * What the schemas of the API's answers have in common: strict, so that a test can hold real answers against them, and
 * named, so that the description can refer to them. Each subject has its own file; the types they must agree with are
 * those of `protocol/`.
 */
import { z } from 'zod';
import { CAMERA_REASONS, type Problem, RELAY_REASONS } from '../../protocol.ts';

/** Names of the schemas in the description. */
export const schemaNames = z.registry<{ id: string }>();

/** Enters the schema under `id` in `schemaNames` and returns it. */
export function named<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  schemaNames.add(schema, { id });
  return schema;
}

export const time = z.iso.datetime({ offset: true });
export const count = z.int().min(0);
export const id = z.string();
export const cameraReason = named('CameraReason', z.enum(CAMERA_REASONS));
const errorCode = named('ErrorCode', z.enum([...CAMERA_REASONS, ...RELAY_REASONS]));

export const problem: z.ZodType<Problem> = named(
  'Problem',
  z.strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: errorCode,
    camera: id.optional(),
    url: z.string().optional(),
    at: z.string().optional(),
  }) as z.ZodType<Problem>,
);

export const health = named(
  'Health',
  z.strictObject({ status: z.literal('ok'), version: z.string().optional(), uptimeSeconds: count.optional() }),
);
export const readiness = named(
  'Readiness',
  z.strictObject({
    ready: z.boolean(),
    code: errorCode.nullable().optional(),
    message: z.string().nullable().optional(),
  }),
);
