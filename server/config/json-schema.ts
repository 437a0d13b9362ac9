/**
 * The configuration's JSON Schema, made from the zod schema that validates it. `scripts/write-schema.mjs` publishes
 * it as `ffmpeg.config.schema.json`, where editors find it by the config's `$schema`.
 */
import { z } from 'zod';
import { configSchema } from './schema.ts';

/** The part of JSON Schema that our own schema uses. */
export interface SchemaNode {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly items?: SchemaNode;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly propertyNames?: SchemaNode;
  readonly additionalProperties?: SchemaNode | false;
}

/** Pure: the schema of the file as a person writes it (defaults may be left out), in draft 7, which every editor reads. */
export function configJsonSchema(): SchemaNode {
  return z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' }) as SchemaNode;
}

/** Pure: the published file's text. */
export function configJsonSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}
