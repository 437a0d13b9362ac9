/** H.264 over RTP (RFC 6184): single NAL unit packets and FU-A, and the NAL units of FLV's AVCC form. Pure. */

export interface ParameterSets {
  readonly sps: Buffer;
  readonly pps: Buffer;
}

/** NAL unit types (H.264 table 7-1). */
const NAL_SPS = 7;
const NAL_PPS = 8;
const NAL_ACCESS_UNIT_DELIMITER = 9;
const FU_A = 28;
const FU_START = 0x80;
const FU_END = 0x40;

/** Pure: the first SPS and PPS of an AVCDecoderConfigurationRecord (ISO 14496-15 section 5.2.4.1). Throws RangeError. */
export function parseAvcConfig(record: Buffer): ParameterSets {
  let offset = 5;
  const set = (count: number): Buffer => {
    let first: Buffer | null = null;
    for (; count > 0; count--) {
      const length = record.readUInt16BE(offset);
      first ??= Buffer.from(record.subarray(offset + 2, offset + 2 + length));
      offset += 2 + length;
    }
    if (!first?.length) throw new RangeError('An AVC configuration without parameter sets');
    return first;
  };
  const sps = set(record.readUInt8(offset++) & 0x1f);
  const pps = set(record.readUInt8(offset++));
  return { sps, pps };
}

/** Pure: the NAL units of a coded picture with 4-byte lengths, without parameter sets and delimiters. */
export function splitAvcc(data: Buffer): Buffer[] {
  const units: Buffer[] = [];
  for (let offset = 0; offset + 4 < data.length; ) {
    const end = offset + 4 + data.readUInt32BE(offset);
    const unit = data.subarray(offset + 4, end);
    const type = unit[0]! & 0x1f;
    // Sent anew before each keyframe by whoever knows what the SDP said.
    if (type !== NAL_SPS && type !== NAL_PPS && type !== NAL_ACCESS_UNIT_DELIMITER) units.push(unit);
    offset = end;
  }
  return units;
}

/** Pure: RTP payloads of one NAL unit, none longer than `maxBytes` (RFC 6184 sections 5.6 and 5.8). */
export function packetiseNal(unit: Buffer, maxBytes: number): Buffer[] {
  if (unit.length <= maxBytes) return [unit];
  const indicator = (unit[0]! & 0xe0) | FU_A;
  const type = unit[0]! & 0x1f;
  const share = maxBytes - 2;
  const payloads: Buffer[] = [];
  for (let offset = 1; offset < unit.length; offset += share) {
    const last = offset + share >= unit.length;
    const flags = (offset === 1 ? FU_START : 0) | (last ? FU_END : 0);
    payloads.push(Buffer.concat([Buffer.from([indicator, flags | type]), unit.subarray(offset, offset + share)]));
  }
  return payloads;
}

/** Pure: `profile-level-id` of an SDP (RFC 6184 section 8.1). */
export function profileLevelId(sps: Buffer): string {
  return sps.toString('hex', 1, 4);
}
