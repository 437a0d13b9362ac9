/** Names of recorded files and their days, from and to time. Pure. */

/** `yard_2026-11-21T17-54-51.123Z.mp4`: a camera's id holds no dot, so the time is found from the end. */
const FILE_NAME = /^([A-Za-z0-9][A-Za-z0-9_-]{0,63})_(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2}\.\d{3})Z\.mp4$/;
const DAY_NAME = /^\d{4}-\d{2}-\d{2}$/;

/** Pure: the name of the file whose first picture reached the relay at this time. */
export function fileName(camera: string, startedAtMs: number): string {
  return `${camera}_${new Date(startedAtMs).toISOString().replaceAll(':', '-')}.mp4`;
}

/** Pure: the folder of a file, by UTC day: unlike local days these never change their meaning. */
export function dayName(startedAtMs: number): string {
  return new Date(startedAtMs).toISOString().slice(0, 10);
}

export function isDayName(name: string): boolean {
  return DAY_NAME.test(name);
}

/** Pure: null for a name that is not one of a recording; so nothing else is ever served, changed or deleted. */
export function readFileName(name: string): { camera: string; day: string; startedAtMs: number } | null {
  const found = FILE_NAME.exec(name);
  if (found === null) return null;
  const [, camera, day, hours, minutes, seconds] = found;
  const startedAtMs = Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(startedAtMs) ? null : { camera: camera!, day: day!, startedAtMs };
}
