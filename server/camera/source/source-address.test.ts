import { describe, expect, it } from 'vitest';
import { tcpAddressOf } from './source-address.ts';

describe('tcpAddressOf', () => {
  it.each([
    ['rtsp://10.0.0.5/stream', { host: '10.0.0.5', port: 554 }],
    ['rtsps://door.local/stream', { host: 'door.local', port: 322 }],
    ['rtsp://user:p@ss:w/rd#1@10.0.0.5:8554/x?y=1', { host: '10.0.0.5', port: 8554 }],
    ['rtsp://[fd00::7]:5554/live', { host: 'fd00::7', port: 5554 }],
    ['http://10.0.0.5/flv?app=bcs', { host: '10.0.0.5', port: 80 }],
    ['rtmp://10.0.0.5?x', { host: '10.0.0.5', port: 1935 }],
    ['demo:yard', null],
    ['rtsp://10.0.0.5:0/x', null],
    ['gopher://10.0.0.5/x', null],
  ])('reads %s', (url, expected) => {
    expect(tcpAddressOf(url)).toEqual(expected);
  });
});
