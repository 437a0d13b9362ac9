/** AAC over RTP in the AAC-hbr mode (RFC 3640 section 3.3.6). Pure. */

/** Samples per channel in one AAC-LC frame. */
export const AAC_FRAME_SAMPLES = 1024;

/** Pure: the payload of a packet with one whole AAC frame: one AU header of 13 bits size and 3 bits index. */
export function packetiseAac(frame: Buffer): Buffer {
  const headers = Buffer.alloc(4);
  headers.writeUInt16BE(16, 0);
  headers.writeUInt16BE(frame.length << 3, 2);
  return Buffer.concat([headers, frame]);
}

/** Pure: `a=fmtp` parameters that go with it. */
export function aacFormat(audioConfig: Buffer): string {
  return `streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=${audioConfig.toString('hex')}`;
}
