/**
 * Whether something like a camera's address stands in the configuration. Pure; `host` and its company are
 * `source-checks.ts`', what an address leads to is found out by pulling it.
 */
import { parseDemoAddress } from '../demo-camera/address.ts';
import { RelayError } from '../errors.ts';

const SCHEMES = ['rtsp:', 'rtsps:', 'rtmp:', 'rtmps:', 'http:', 'https:', 'demo:'];

/**
 * Pure: what is wrong with an address, as the end of a sentence that has shown it; undefined: nothing. A login in it
 * may hold any character but spaces.
 */
export function cameraUrlProblem(url: string): string | undefined {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0].toLowerCase();
  if (scheme === undefined || !SCHEMES.includes(scheme)) {
    return 'allowed is an address that begins with rtsp://, rtsps://, rtmp://, http://, https:// or demo:';
  }
  if (/[\s\p{Cc}]/u.test(url)) return 'allowed is an address without spaces';
  if (scheme === 'demo:') return demoProblem(url);
  if (namesHost(url)) return undefined;
  return (
    `allowed is an address like ${scheme}//192.168.1.20:554/stream1. A user or password with ` +
    'special characters stands best in username and password, where it needs no escaping'
  );
}

function demoProblem(url: string): string | undefined {
  try {
    parseDemoAddress(url);
    return undefined;
  } catch (thrown) {
    const { message } = RelayError.from(thrown);
    return message.charAt(0).toLowerCase() + message.slice(1);
  }
}

/** Which `@` ends a login is decided in `ffmpeg/user-info.ts`; here it is enough that one of the readings is a host. */
function namesHost(url: string): boolean {
  const [, scheme = '', rest = ''] = /^([a-z]+):\/\/(.*)$/i.exec(url) ?? [];
  const readings = [rest, ...[...rest.matchAll(/@/g)].map(({ index }) => rest.slice(index + 1))];
  return readings.some((reading) => {
    const address = `${scheme}://${reading}`;
    return !reading.includes('@') && URL.canParse(address) && new URL(address).hostname !== '';
  });
}
