/** The part of `camera` that says where its pictures are: a host alone, a recorder's channels, how media travels. */
import { z } from 'zod';

export const sourceKeys = {
  host: z
    .string()
    .min(1)
    .max(253)
    .regex(/^(?:[^\s/?#@:[\]]+|\[?[0-9A-Fa-f:.]+(?:%[0-9A-Za-z]+)?\]?)$/)
    .optional()
    .describe(
      'Name or address of a camera or recorder, in place of `url`. Without `vendor` the common makers’ paths are tried once each, and the one that answers is written down.',
    ),
  port: z.int().min(1).max(65_535).optional().describe('RTSP port of `host`; 554 when left out.'),
  vendor: z
    .enum(['hikvision', 'dahua', 'reolink', 'axis', 'uniview', 'tp-link'])
    .optional()
    .describe('Whose paths `host` has.'),
  channels: z
    .string()
    .regex(/^\d{1,3}(?:-\d{1,3})?(?:,\d{1,3}(?:-\d{1,3})?)*$/)
    .optional()
    .describe(
      'Channels of a recorder at `host`, e.g. "1-32" or "1,3,5-8": each becomes a camera `ID-CHANNEL` with a main and a sub stream.',
    ),
  transport: z
    .enum(['auto', 'tcp', 'udp', 'multicast'])
    .default('auto')
    .describe('How RTP travels from the camera. `auto`: TCP, and where the camera does not want it UDP or multicast.'),
  redirects: z
    .array(z.string().min(1))
    .default([])
    .describe('Other hosts that the camera may redirect to; to any other a redirect is not followed.'),
};
