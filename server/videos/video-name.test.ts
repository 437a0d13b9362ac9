import { describe, expect, it } from 'vitest';
import { contentType, disposition, isVideoName, nameForUpload, numbered } from './video-name.ts';

describe('the name of a video', () => {
  it.each(['a.mp4', 'Front door 2026-01-01.MKV', '门口 12:30.ts', "it's (1).webm", 'a..b.flv', 'NULL.mp4'])(
    'can be %s',
    (name) => expect(isVideoName(name, 'linux')).toBe(true),
  );

  it.each([
    ['the folder above', '..'],
    ['a way up', '../a.mp4'],
    ['a way down', 'sub/a.mp4'],
    ['an absolute path', '/etc/passwd.mp4'],
    ['a Windows path', '..\\a.mp4'],
    ['an absolute Windows path', 'C:\\a.mp4'],
    ['a Windows path relative to a drive', 'C:a.mp4'],
    ['a share', '\\\\server\\a.mp4'],
    ['a NUL', 'a.mp4\0.mp4'],
    ['a line break', 'a\r\nb.mp4'],
    ['a device', 'con.mp4'],
    ['a device with a space', 'AUX .mp4'],
    ['another device', 'lpt1.x.mp4'],
    ['a hidden file', '.a.mp4'],
    ['a dot at the end', 'a.mp4.'],
    ['a space at the end', 'a.mp4 '],
    ['half a character', 'a\ud800.mp4'],
    ['no ending', 'mp4'],
    ['an ending that is no video’s', 'a.html'],
    ['an ending of the prototype', 'a.constructor'],
    ['nothing', ''],
    ['more than a file system holds', `${'ä'.repeat(130)}.mp4`],
  ])('cannot be %s', (_case, name) => expect(isVideoName(name, 'linux')).toBe(false));

  it('has no colon on Windows, where that names a stream beside the file', () => {
    expect(isVideoName('a.mp4:b.mp4', 'linux')).toBe(true);
    expect(isVideoName('a.mp4:b.mp4', 'win32')).toBe(false);
  });

  it('tells the media type', () => {
    expect(contentType('a.MP4')).toBe('video/mp4');
    expect(contentType('a.ts')).toBe('video/mp2t');
    expect(contentType('a.txt')).toBeUndefined();
  });

  it.each([
    ['clip.mp4', 'clip.mp4'],
    ['C:\\clips\\front door.MP4', 'front door.mp4'],
    ['../../etc/x.mkv', 'x.mkv'],
    ['.hidden.mp4', 'hidden.mp4'],
    ['a:b?.mp4', 'a_b_.mp4'],
    ['\u202Egnp.mp4', '_gnp.mp4'],
    ['nul.mp4', '_nul.mp4'],
    ['.mp4', 'video.mp4'],
    ['a.exe', null],
    ['a', null],
    ['', null],
  ])('is made of an upload’s: %j', (wanted, name) => expect(nameForUpload(wanted)).toBe(name));

  it('made of an upload’s is short enough to be numbered', () => {
    const name = nameForUpload(`${'界'.repeat(200)}.mp4`)!;
    expect(isVideoName(numbered(name, 9999))).toBe(true);
  });

  it('is told to a browser in plain letters and in its own', () => {
    expect(disposition('inline', 'a.mp4')).toBe('inline; filename="a.mp4"');
    expect(disposition('attachment', '门"(1).mp4')).toBe(
      `attachment; filename="__(1).mp4"; filename*=UTF-8''%E9%97%A8%22%281%29.mp4`,
    );
  });
});
