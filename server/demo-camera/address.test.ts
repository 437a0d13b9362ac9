import { describe, expect, it } from 'vitest';
import { otherResolution, parseDemoAddress, pictureKey } from './address.ts';
import { isFaultActive } from './faults.ts';
import { splitTrackUri, TRACKS, trackUri } from './sdp.ts';

describe('demo addresses', () => {
  it('knows the four scenes and their defaults', () => {
    expect(parseDemoAddress('demo:yard').picture).toEqual({
      scene: 'yard',
      width: 640,
      height: 360,
      fps: 25,
      gop: 50,
      bitrateKbps: 700,
      audio: false,
    });
    expect(parseDemoAddress('demo:lab').picture.audio).toBe(true);
    expect(parseDemoAddress('/street?audio=1').picture.audio).toBe(true);
  });

  it('shares the picture of cameras that differ in a name only', () => {
    const key = (address: string) => pictureKey(parseDemoAddress(address).picture);
    expect(key('demo:yard?n=7')).toBe(key('demo:yard?n=8&fault=stall'));
    expect(key('demo:yard?width=1280&height=720')).not.toBe(key('demo:yard'));
    expect(parseDemoAddress('demo:yard?n=7').camera).toBe('yard?n=7');
  });

  it.each([
    ['demo:garden', /"garden".*yard, street, harbour, lab/],
    ['demo:yard?fault=fire', /"fire".*silent, reset, stall/],
    ['demo:yard?after=-1&fault=stall', /"after".*0 to/],
    ['demo:yard?transport=pigeon', /"transport".*any, tcp, udp, multicast/],
    ['demo:yard?transport=multicast&fault=resolution', /group/],
    ['demo:yard?width=20000', /"width".*320 to 1920/],
  ])('says what is wrong with %s', (address, message) => {
    expect(() => parseDemoAddress(address)).toThrowError(expect.objectContaining({ code: 'config' }));
    expect(() => parseDemoAddress(address)).toThrow(message);
  });

  it('knows when a fault shows', () => {
    const { fault } = parseDemoAddress('demo:yard?fault=stall&after=100&for=50');
    expect([0, 99, 100, 149, 150].map((ms) => isFaultActive(fault, 'stall', ms))).toEqual([
      false,
      false,
      true,
      true,
      false,
    ]);
    expect(isFaultActive(fault, 'video-dies', 120)).toBe(false);
    expect(isFaultActive(parseDemoAddress('demo:yard?fault=stall').fault, 'stall', 1e9)).toBe(true);
  });

  it('finds the track of a control address, before or behind the query', () => {
    const uri = 'rtsp://h:1/yard?n=7&fault=stall';
    for (const track of TRACKS) {
      expect(splitTrackUri(trackUri(uri, track))).toEqual({
        camera: 'yard?n=7&fault=stall',
        trackNumber: track.number,
      });
      expect(splitTrackUri(`${uri}/track${track.number}`)).toEqual({
        camera: 'yard?n=7&fault=stall',
        trackNumber: track.number,
      });
    }
    expect(splitTrackUri(`${uri}/`)).toEqual({ camera: 'yard?n=7&fault=stall', trackNumber: null });
    expect(splitTrackUri('http://h/yard')).toBeNull();
  });

  it('changes to an even size', () => {
    expect(otherResolution(parseDemoAddress('demo:yard').picture)).toMatchObject({ width: 480, height: 270 });
  });
});
