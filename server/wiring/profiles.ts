/** The profiles by which a viewer can have a camera's stream transcoded: those of the configuration, and three built in. */
import type { TranscodeProfile } from '../camera/transcode/transcode.ts';
import type { Config } from '../config/schema.ts';
import { RelayError } from '../errors.ts';

/** `low` is for thin lines and small pictures. */
const BUILT_IN: Readonly<Record<string, TranscodeProfile>> = {
  h264: { name: 'h264', output: null, maxHeight: null },
  low: { name: 'low', output: null, maxHeight: 360 },
};

/** Pure: a function that knows every profile; for any other name it throws RelayError `bad-request`. */
export function profilesOf({ profiles }: Config['ffmpeg']): (name: string) => TranscodeProfile {
  return (name) => {
    const output = Object.hasOwn(profiles, name) ? (profiles[name]?.output ?? []) : [];
    if (output.length > 0) return { name, output, maxHeight: null };
    const builtIn = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined;
    if (builtIn !== undefined) return builtIn;
    const known = new Set(['auto', 'copy', ...Object.keys(BUILT_IN), ...Object.keys(profiles)]);
    throw new RelayError('bad-request', `"profile" is ${name.slice(0, 40)}; allowed is ${[...known].join(' or ')}.`);
  };
}
