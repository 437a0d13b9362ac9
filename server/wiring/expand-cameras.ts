/**
 * Pure: turns what the configuration says of a device (a host, its maker, its channels) into cameras with addresses.
 * Finding out the maker of a bare host is `camera/source/vendor-finder.ts`, at the first pull or check.
 */

import { bareHostUrl, DEFAULT_RTSP_PORT, type VendorStream, vendorUrl } from '../camera/source/vendor-paths.ts';
import type { CameraConfig, Config } from '../config/schema.ts';
import { channelNumbers } from '../config/source-checks.ts';

/**
 * Pure: every camera with an address of its own; recorders become one camera per channel, `ID-CHANNEL`, in their place.
 * What has an address already stays as it is, so a second time changes nothing.
 */
export function expandCameras(config: Config): Config {
  const cameras = Object.entries(config.cameras).flatMap(([id, camera]) => expandCamera(id, camera));
  return { ...config, cameras: Object.fromEntries(cameras) };
}

function expandCamera(id: string, camera: CameraConfig): [string, CameraConfig][] {
  const { host, port, vendor, channels, ...rest } = camera;
  if (host === undefined) return [[id, camera]];
  const address = (stream: VendorStream) =>
    vendor === undefined ? bareHostUrl(host, port, stream) : vendorUrl(host, port ?? DEFAULT_RTSP_PORT, vendor, stream);
  const streams = (channel: number) => ({
    url: address({ channel, stream: 'main' }),
    sub: camera.sub ?? address({ channel, stream: 'sub' }),
  });
  if (channels === undefined) return [[id, { ...rest, ...streams(1) }]];
  return channelNumbers(channels).map((channel): [string, CameraConfig] => {
    const title = camera.title === undefined ? undefined : `${camera.title} ${channel}`;
    return [`${id}-${channel}`, { ...rest, title, ...streams(channel) }];
  });
}
