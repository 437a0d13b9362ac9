/** Cameras: what is said of them, and what can be done to them. */
import { cameraInfo, camerasAnswer } from '../camera-schemas.ts';
import { json, type Operation, words } from '../operation.ts';
import { probeReport } from '../probe-schema.ts';

export const cameraOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/cameras',
    id: 'cameras',
    tag: 'cameras',
    summary: 'Every camera that you may see, and how much of what is limited is in use',
    answers: { 200: json('Never an address, never a password.', camerasAnswer) },
  },
  {
    method: 'get',
    path: '/api/cameras/:camera',
    id: 'camera',
    tag: 'cameras',
    summary: 'One camera',
    answers: { 200: json('As in the list.', cameraInfo) },
  },
  {
    method: 'post',
    path: '/api/cameras/:camera/retry',
    id: 'retryCamera',
    tag: 'cameras',
    summary: 'Tries a camera that waits now, also one that refused the login',
    answers: { 200: json('The camera as it is then.', cameraInfo) },
  },
  {
    method: 'post',
    path: '/api/cameras/:camera/probe',
    id: 'probeCamera',
    tag: 'cameras',
    summary: 'Examines a camera for some seconds, through its running stream, and says what to change',
    query: { lang: words('`zh`: the advice in Chinese; else as Accept-Language says, or in English.') },
    answers: { 200: json('Whatever is wrong with the camera; no login, no path.', probeReport) },
  },
];
