/**
 * Publishes the configuration's JSON Schema from the zod schema: `node --import tsx scripts/write-schema.mjs`.
 * Run it after every change of `server/config/schema.ts`; a test holds the two together.
 */
import { writeFile } from 'node:fs/promises';
import { configJsonSchemaText } from '../server/config/json-schema.ts';

await writeFile(new URL('../server/config/ffmpeg.config.schema.json', import.meta.url), configJsonSchemaText());
