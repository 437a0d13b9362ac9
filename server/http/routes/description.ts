/** The API's own description, for people's tools. It holds nothing of this relay but its version. */
import { SOMEBODY } from '../../access/permissions.ts';
import { VERSION } from '../../version.ts';
import type { Gate, RouteTable } from '../gate.ts';
import { onlyGet } from '../only-get.ts';
import { openApiDocument } from '../openapi/document.ts';

export interface DescriptionParts {
  readonly gate: Gate;
  readonly basePath: string;
}

export function descriptionRoutes({ gate, basePath }: DescriptionParts): RouteTable {
  const routes = gate.table();
  // Many seldom ask, so it is written when somebody does, and once.
  let text: string | null = null;
  routes
    .route('/api/openapi.json', SOMEBODY)
    .get((_request, response) => {
      text ??= JSON.stringify(openApiDocument({ version: VERSION, basePath }));
      response.type('json').set('Cache-Control', 'no-cache').send(text);
    })
    .all(onlyGet);
  return routes;
}
