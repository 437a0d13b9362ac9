import { it } from 'vitest';
import { provesResume } from './support/upload-resume.ts';

it('an upload of 200 MB that broke off is resumed after the relay was killed, every byte right', () => {
  return provesResume(200 * 1_048_576);
});
