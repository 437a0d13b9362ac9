/** `adHoc`: cameras that are not configured, but named by whoever asks. */
import { z } from 'zod';

export const adHocSchema = z
  .strictObject({
    allow: z
      .array(
        z
          .string()
          .regex(/^[A-Za-z0-9*._:/[\]-]{1,280}$/)
          .describe('A host, an address or a CIDR, with `:port` or `:*` where it is not the scheme’s own.'),
      )
      .default([])
      .describe(
        'Where `/live.flv?url=rtsp://…` may lead: `door.lan`, `*.cams.lan:8554`, `192.168.1.0/24`, `[fd00::/8]:*`. Without ' +
          'a port 554 (rtsp) and 322 (rtsps) are meant. Empty: nowhere.',
      ),
  })
  .prefault({})
  .meta({ title: 'Ad hoc', description: 'Cameras that are not configured, but named by whoever asks.' });
