/** MPEG-2 transport stream packets: ISO/IEC 13818-1 section 2.4. What is sent in them is `ts-writer.ts`. */

export const TS_PACKET_BYTES = 188;
const SYNC_BYTE = 0x47;
const PAYLOAD_BYTES = TS_PACKET_BYTES - 4;
const PCR_FIELD_BYTES = 6;
const STUFFING = 0xff;
/** Section 2.4.4.4 and 2.4.4.9. */
const PSI_RESERVED = 0b1011 << 12;
const CRC_BYTES = 4;
const CRC_POLYNOMIAL = 0x04c1_1db7;

export interface Payload {
  readonly pid: number;
  /** One section or PES packet. */
  readonly bytes: Buffer;
  /** Decoding can begin here. */
  readonly randomAccess: boolean;
  /** Program Clock Reference in ticks of 90 kHz, in the first packet. */
  readonly pcrTicks: number | null;
}

/** Counts packets per PID, so that they go on from one segment to the next (section 2.4.3.3, continuity_counter). */
export class TsPacketizer {
  readonly #counters = new Map<number, number>();

  /** The payload in whole packets. */
  write({ pid, bytes, randomAccess, pcrTicks }: Payload): Buffer {
    const packets: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      const isFirst = at === 0;
      const fields = isFirst && (randomAccess || pcrTicks !== null) ? adaptation(randomAccess, pcrTicks) : null;
      const roomBytes = PAYLOAD_BYTES - (fields?.length ?? 0);
      const rest = bytes.subarray(at, at + roomBytes);
      packets.push(this.#packet(pid, isFirst, stuffed(fields, roomBytes - rest.length), rest));
      at += rest.length;
    }
    return Buffer.concat(packets);
  }

  #packet(pid: number, isFirst: boolean, fields: Buffer | null, payload: Buffer): Buffer {
    const counter = this.#counters.get(pid) ?? 0;
    this.#counters.set(pid, (counter + 1) & 0x0f);
    const header = Buffer.from([
      SYNC_BYTE,
      (isFirst ? 0x40 : 0) | (pid >> 8),
      pid & 0xff,
      (fields === null ? 0x10 : 0x30) | counter,
    ]);
    return Buffer.concat(fields === null ? [header, payload] : [header, fields, payload]);
  }
}

/** The adaptation field (section 2.4.3.4), its length not yet final. */
function adaptation(randomAccess: boolean, pcrTicks: number | null): Buffer {
  const field = Buffer.alloc(2 + (pcrTicks === null ? 0 : PCR_FIELD_BYTES));
  field[0] = field.length - 1;
  field[1] = (randomAccess ? 0x40 : 0) | (pcrTicks === null ? 0 : 0x10);
  if (pcrTicks === null) return field;
  const base = pcrTicks % 2 ** 33;
  field.writeUInt32BE(Math.floor(base / 2), 2);
  field.writeUInt16BE((base % 2) * 0x8000 + 0x7e00, 6);
  return field;
}

/** The field with so many bytes more; a field of stuffing alone where there was none. */
function stuffed(field: Buffer | null, bytes: number): Buffer | null {
  if (bytes === 0) return field;
  const start = field ?? Buffer.from(bytes === 1 ? [0] : [0, 0]);
  const longer = Buffer.alloc(field === null ? bytes : field.length + bytes, STUFFING);
  start.copy(longer);
  longer[0] = longer.length - 1;
  return longer;
}

/** Pure: a PSI section (section 2.4.4) with its pointer field before it. */
export function psiSection(tableId: number, id: number, body: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header[0] = tableId;
  header.writeUInt16BE(PSI_RESERVED | (5 + body.length + CRC_BYTES), 1);
  header.writeUInt16BE(id, 3);
  // Version 0, in force now; the only section.
  header[5] = 0xc1;
  const section = Buffer.concat([header, body]);
  const crc = Buffer.alloc(CRC_BYTES);
  crc.writeUInt32BE(crc32(section));
  return Buffer.concat([Buffer.from([0]), section, crc]);
}

/** Annex A. */
function crc32(bytes: Buffer): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000_0000 ? (crc << 1) ^ CRC_POLYNOMIAL : crc << 1;
  }
  return crc >>> 0;
}
