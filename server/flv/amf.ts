/**
 * AMF0 as script tags carry it (annex E.4.4): a reader that any bytes may be given to, and a writer for our own tags.
 * What the values mean is `metadata.ts` and `arrival-mark.ts`.
 */
import { RelayError } from '../errors.ts';

export type AmfValue = number | boolean | string | null | Date | readonly AmfValue[] | AmfObject;
export interface AmfObject {
  readonly [name: string]: AmfValue;
}

export interface ScriptData {
  readonly name: string;
  readonly value: AmfValue;
}

const MAX_DEPTH = 8;
/** Values in one tag. A keyframe index of a long file is cut off by this, which no live stream has. */
const MAX_VALUES = 10_000;
const MARKER = {
  number: 0,
  boolean: 1,
  string: 2,
  object: 3,
  null: 5,
  undefined: 6,
  ecmaArray: 8,
  objectEnd: 9,
  strictArray: 10,
  date: 11,
  longString: 12,
} as const;

/** Pure: a script tag's body. Throws `RelayError('corrupt')` when it is cut off, nested too deep or not AMF0. */
export function readScriptData(body: Buffer): ScriptData {
  const reader = new Reader(body);
  const name = reader.value(0);
  if (typeof name !== 'string') throw new RelayError('corrupt', 'A script tag does not begin with a name.');
  return { name, value: reader.atEnd ? null : reader.value(0) };
}

/** Pure: the body of a script tag. Objects are written as AMF0 objects. */
export function writeScriptData(data: ScriptData): Buffer {
  return Buffer.concat([...write(data.name), ...write(data.value)]);
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;
  #values = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  value(depth: number): AmfValue {
    if (depth > MAX_DEPTH) throw new RelayError('corrupt', 'Script data is nested too deep.');
    if (++this.#values > MAX_VALUES) throw new RelayError('corrupt', 'Script data holds too many values.');
    const marker = this.#take(1)[0]!;
    switch (marker) {
      case MARKER.number:
        return this.#take(8).readDoubleBE(0);
      case MARKER.boolean:
        return this.#take(1)[0] !== 0;
      case MARKER.string:
        return this.#string();
      case MARKER.longString:
        return this.#take(this.#take(4).readUInt32BE(0)).toString('utf8');
      case MARKER.object:
        return this.#object(depth);
      case MARKER.ecmaArray:
        // The count is a hint that writers get wrong; the end marker decides.
        this.#take(4);
        return this.#object(depth);
      case MARKER.strictArray:
        return this.#array(depth);
      case MARKER.date:
        return new Date(this.#take(10).readDoubleBE(0));
      case MARKER.null:
      case MARKER.undefined:
        return null;
      default:
        throw new RelayError('corrupt', `Script data has the unknown type ${marker}.`);
    }
  }

  #object(depth: number): AmfObject {
    // No prototype: the names come from outside, and one of them may be "__proto__".
    const object: Record<string, AmfValue> = Object.create(null);
    while (!this.atEnd) {
      const name = this.#string();
      if (name === '' && this.#bytes[this.#at] === MARKER.objectEnd) {
        this.#at += 1;
        return object;
      }
      object[name] = this.value(depth + 1);
    }
    // Some writers leave out the last end marker; what was read stands.
    return object;
  }

  #array(depth: number): AmfValue[] {
    const length = this.#take(4).readUInt32BE(0);
    const values: AmfValue[] = [];
    for (let index = 0; index < length; index++) values.push(this.value(depth + 1));
    return values;
  }

  #string(): string {
    return this.#take(this.#take(2).readUInt16BE(0)).toString('utf8');
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RelayError('corrupt', 'Script data is cut off.');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }
}

function write(value: AmfValue): Buffer[] {
  if (typeof value === 'number') return [Buffer.from([MARKER.number]), double(value)];
  if (typeof value === 'boolean') return [Buffer.from([MARKER.boolean, value ? 1 : 0])];
  if (value === null) return [Buffer.from([MARKER.null])];
  if (value instanceof Date) return [Buffer.from([MARKER.date]), double(value.getTime()), Buffer.alloc(2)];
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    if (text.length > 0xffff) return [Buffer.from([MARKER.longString]), uint32(text.length), text];
    return [Buffer.from([MARKER.string]), name(value)];
  }
  if (isArray(value)) return [Buffer.from([MARKER.strictArray]), uint32(value.length), ...value.flatMap(write)];
  const members = Object.entries(value).flatMap(([key, member]) => [name(key), ...write(member)]);
  return [Buffer.from([MARKER.object]), ...members, Buffer.from([0, 0, MARKER.objectEnd])];
}

function isArray(value: AmfValue): value is readonly AmfValue[] {
  return Array.isArray(value);
}

function name(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 0xffff) throw new RangeError('An AMF0 name holds at most 65535 bytes.');
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
