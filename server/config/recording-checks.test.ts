import { expect, it } from 'vitest';
import { checkRecording, isTimeZone } from './recording-checks.ts';
import { configSchema } from './schema.ts';

it('a time zone is known by its name', () => {
  expect(isTimeZone('Asia/Shanghai')).toBe(true);
  expect(isTimeZone('Mars/Olympus')).toBe(false);
});

it('a schedule without windows and a zone that does not exist are told by their paths', () => {
  const url = 'rtsp://192.168.1.20/1';
  const config = (record: object, recording: object) =>
    configSchema.parse({ cameras: { yard: { url, record } }, recording });
  expect(checkRecording(config({ when: 'schedule' }, { timeZone: 'Mars/Olympus' }))).toMatchObject([
    { path: ['cameras', 'yard', 'record', 'schedule'] },
    { path: ['recording', 'timeZone'], message: expect.stringContaining('Mars/Olympus') },
  ]);
  const windows = { when: 'schedule', schedule: [{ from: '22:00', to: '06:00' }] };
  expect(checkRecording(config(windows, { timeZone: 'Asia/Shanghai' }))).toEqual([]);
});
