/** What is wrong with `recording` and the cameras' `record` although each key is valid by itself. */
import { type Problem, showValue } from './problem.ts';
import type { Config } from './schema.ts';

/** Pure: whether the runtime knows a time zone of this name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Pure: every contradiction, in the order of the keys. */
export function checkRecording({ cameras, recording }: Pick<Config, 'cameras' | 'recording'>): Problem[] {
  const problems: Problem[] = [];
  for (const [id, { record }] of Object.entries(cameras)) {
    if (record.when !== 'schedule' || record.schedule.length > 0) continue;
    problems.push({
      path: ['cameras', id, 'record', 'schedule'],
      message: 'is empty, but record.when is "schedule": nothing would ever be recorded',
    });
  }
  const { timeZone } = recording;
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    const path = ['recording', 'timeZone'];
    const message = `found ${showValue(timeZone, path)}; allowed is the IANA name of a time zone, as "Europe/Berlin"`;
    problems.push({ path, message });
  }
  return problems;
}
