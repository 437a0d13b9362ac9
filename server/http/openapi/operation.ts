/** How an operation of the API is described, and the words that many of them share. Pure data. */
import type { z } from 'zod';

export interface Parameter {
  readonly about: string;
  /** JSON Schema of the value as it stands in the address. */
  readonly schema: Readonly<Record<string, unknown>>;
}

/** What an answer or a body holds: JSON of a named schema, or bytes of some media type. */
export type Content = { readonly json: z.ZodType } | { readonly media: string };

export interface Answer {
  readonly about: string;
  readonly content?: Content;
}

/** One method of one path; problems (RFC 9457) are an answer of every operation and are not listed. */
export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete' | 'options';
  /** As in the route table: `/live/:camera.flv`. */
  readonly path: string;
  readonly id: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly about?: string;
  readonly query?: Readonly<Record<string, Parameter>>;
  readonly body?: { readonly content: Content; readonly required?: boolean };
  readonly answers: Readonly<Record<number, Answer>>;
  /** The address is one of a WebSocket: a client upgrades (RFC 6455), and 101 is its success. */
  readonly socket?: true;
}

export const TAGS = {
  relay: 'The relay itself: whether it lives, is ready, and what it measures.',
  cameras: 'What the relay says of its cameras, and what can be done to them.',
  live: 'Live pictures, the path naming the camera and the extension the format.',
  recordings: 'What was recorded of a camera.',
  videos: 'The video library: files with ranges, and resumable uploads.',
  gateway: 'Named resources on other machines.',
  chat: 'Rooms beside the pictures.',
  access: 'Who may do what.',
} as const;
export type Tag = keyof typeof TAGS;

const text = { type: 'string' } as const;

/** A parameter whose value is one of a few words. */
export function oneOf(about: string, ...words: readonly string[]): Parameter {
  return { about, schema: { type: 'string', enum: words } };
}

export function integer(about: string, minimum: number, maximum?: number): Parameter {
  return { about, schema: { type: 'integer', minimum, ...(maximum === undefined ? {} : { maximum }) } };
}

export function words(about: string): Parameter {
  return { about, schema: text };
}

/** A moment, ISO 8601. */
export function moment(about: string): Parameter {
  return { about, schema: { type: 'string', format: 'date-time' } };
}

export function json(about: string, schema: z.ZodType): Answer {
  return { about, content: { json: schema } };
}

export function media(about: string, type: string): Answer {
  return { about, content: { media: type } };
}

/** 204: done, and there is nothing to say. */
export const DONE = { 204: { about: 'Done.' } } as const;
