/** Rights and roles, and what the access routes say as JSON. */

/**
 * What one may be given. On a camera: all of them but `fetch`. `replay` also means the video library, `fetch` a resource
 * of the gateway, and `manage` without a camera the relay itself.
 */
export const RIGHTS = [
  'see',
  'listen',
  'record',
  'replay',
  'snapshot',
  'move',
  'chat',
  'moderate',
  'manage',
  'fetch',
] as const;
export type Right = (typeof RIGHTS)[number];

/** From the least to the most; what each may is `server/access/permissions.ts`. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];
