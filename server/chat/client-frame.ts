/** Reads what a client sends: text to a typed message, or what is wrong with it. Whether it is allowed is decided later. */
import { CHAT_LANES, type ChatClientMessage, type ChatErrorCode, type ChatLane } from '../protocol.ts';

/** Plain text that counts as a ping, for clients with a heartbeat of that kind. */
const HEARTBEAT_TEXT = 'heartbeat';
const MAX_ID_CHARACTERS = 64;
const MAX_NAME_INPUT = 400;
const MAX_KEY_CHARACTERS = 512;
const MAX_SANCTION_SECONDS = 30 * 86_400;

export interface BadFrame {
  readonly code: ChatErrorCode;
  readonly message: string;
  readonly field?: string;
  readonly clientId?: string;
}

export type ClientFrame =
  | { readonly ok: true; readonly message: ChatClientMessage }
  | { readonly ok: false; readonly error: BadFrame };

/** Thrown and caught in this file only. */
class FieldError extends Error {
  readonly field: string;
  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** Pure: never throws. Unknown keys are ignored, so that newer clients are understood. */
export function readClientFrame(text: string): ClientFrame {
  if (text === HEARTBEAT_TEXT) return { ok: true, message: { type: 'ping' } };
  const value = parse(text);
  if (value === undefined) return bad({ code: 'bad-json', message: 'Expected a JSON object.' });
  const fields = new Fields(value);
  try {
    return read(fields);
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    return bad({ code: 'bad-field', field: error.field, message: error.message, ...clientIdOf(value) });
  }
}

function read(fields: Fields): ClientFrame {
  const type = fields.value.type;
  switch (type) {
    case 'hello':
      return good({
        type,
        ...fields.text('browserId', MAX_KEY_CHARACTERS),
        ...fields.text('tabId', MAX_ID_CHARACTERS),
        ...fields.text('name', MAX_NAME_INPUT),
        ...fields.text('avatar', MAX_KEY_CHARACTERS),
        ...fields.text('lastId', MAX_ID_CHARACTERS),
        ...fields.text('moderatorKey', MAX_KEY_CHARACTERS),
      });
    case 'message':
      return good({ type, ...fields.required('text'), ...common(fields) });
    case 'danmaku':
      return good({ type, ...fields.required('text'), ...common(fields), ...fields.colour(), ...fields.lane() });
    case 'ping':
      return good({ type, ...fields.number('sentAtMs') });
    case 'moderate':
      return good(readModeration(fields));
    case undefined:
      throw new FieldError('type', '"type" is missing.');
    default:
      return bad({ code: 'unknown-type', message: 'There is no such "type".', ...clientIdOf(fields.value) });
  }
}

function common(fields: Fields) {
  return { ...fields.text('clientId', MAX_ID_CHARACTERS), ...fields.number('streamTimeMs') };
}

function readModeration(fields: Fields): ChatClientMessage {
  const type = 'moderate';
  const action = fields.value.action;
  switch (action) {
    case 'mute':
    case 'remove':
      return { type, action, ...fields.required('member'), ...fields.seconds() };
    case 'unmute':
      return { type, action, ...fields.required('member') };
    case 'delete':
      return { type, action, ...fields.required('messageId') };
    case 'slow':
      return { type, action, seconds: fields.seconds().seconds ?? 0 };
    case 'close':
    case 'open':
      return { type, action };
    default:
      throw new FieldError('action', '"action" is one of mute, unmute, remove, delete, slow, close, open.');
  }
}

/** Checked access to the keys of an object. An absent optional key gives no key. */
class Fields {
  readonly value: Readonly<Record<string, unknown>>;

  constructor(value: Readonly<Record<string, unknown>>) {
    this.value = value;
  }

  required<K extends string>(key: K): Record<K, string> {
    const value = this.value[key];
    if (typeof value !== 'string') throw new FieldError(key, `"${key}" has to be a text.`);
    return { [key]: value } as Record<K, string>;
  }

  text<K extends string>(key: K, max: number): Partial<Record<K, string>> {
    const value = this.value[key];
    if (value === undefined || value === null) return {};
    if (typeof value !== 'string' || value.length > max) {
      throw new FieldError(key, `"${key}" has to be a text of at most ${max} characters.`);
    }
    return { [key]: value } as Partial<Record<K, string>>;
  }

  number<K extends string>(key: K): Partial<Record<K, number>> {
    const value = this.value[key];
    if (value === undefined || value === null) return {};
    if (typeof value !== 'number' || !Number.isFinite(value)) throw new FieldError(key, `"${key}" has to be a number.`);
    return { [key]: value } as Partial<Record<K, number>>;
  }

  seconds(): { readonly seconds?: number } {
    const { seconds } = this.number('seconds');
    if (seconds === undefined) return {};
    if (seconds < 0 || seconds > MAX_SANCTION_SECONDS) {
      throw new FieldError('seconds', `"seconds" lies between 0 and ${MAX_SANCTION_SECONDS}.`);
    }
    return { seconds: Math.ceil(seconds) };
  }

  colour(): { readonly colour?: string } {
    const value = this.value.colour;
    if (value === undefined || value === null) return {};
    if (typeof value !== 'string' || !/^#[0-9a-fA-F]{6}$/.test(value)) {
      throw new FieldError('colour', '"colour" is written #rrggbb.');
    }
    return { colour: value.toLowerCase() };
  }

  lane(): { readonly lane?: ChatLane } {
    const value = this.value.lane;
    if (value === undefined || value === null) return {};
    const lane = CHAT_LANES.find((each) => each === value);
    if (lane === undefined) throw new FieldError('lane', `"lane" is one of ${CHAT_LANES.join(', ')}.`);
    return { lane };
  }
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function clientIdOf(value: Readonly<Record<string, unknown>>): { readonly clientId?: string } {
  const { clientId } = value;
  return typeof clientId === 'string' && clientId.length <= MAX_ID_CHARACTERS ? { clientId } : {};
}

function good(message: ChatClientMessage): ClientFrame {
  return { ok: true, message };
}

function bad(error: BadFrame): ClientFrame {
  return { ok: false, error };
}
