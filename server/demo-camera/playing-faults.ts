/** Faults that begin with PLAY and need more than the session's own media: another scene, or a timer. */
import type { Socket } from 'node:net';
import { type DemoAddress, otherResolution } from './address.ts';
import type { MediaSender } from './media-sender.ts';
import type { SceneFormat } from './scene.ts';
import type { Scenes } from './scenes.ts';

export interface PlayingFaultsOptions {
  readonly address: DemoAddress;
  readonly scenes: Scenes;
  readonly socket: Socket;
  /** Null until PLAY has been answered, and after the session. */
  readonly sender: () => MediaSender | null;
}

export interface PlayingFaults {
  /** Of the scene that takes the first one's place after a while; null until it is known. */
  otherFormat(): SceneFormat | null;
  /** Idempotent. */
  release(): void;
}

/** The caller releases what is returned when the session ends. */
export function beginPlayingFaults({ address, scenes, socket, sender }: PlayingFaultsOptions): PlayingFaults {
  let otherFormat: SceneFormat | null = null;
  const releases: (() => void)[] = [];
  if (address.fault?.name === 'resolution') {
    const other = scenes.get(otherResolution(address.picture));
    releases.push(
      other.lease({
        onSample: (sample) => otherFormat && sender()?.send(sample, 'other', Date.now()),
        onEnded: () => socket.destroy(),
      }),
    );
    other.format().then(
      (format) => {
        otherFormat = format;
      },
      () => {},
    );
  }
  if (address.fault?.name === 'reset') {
    const timer = setTimeout(() => socket.resetAndDestroy(), address.fault.afterMs);
    releases.push(() => clearTimeout(timer));
  }
  return {
    otherFormat: () => otherFormat,
    release: () => {
      for (const release of releases.splice(0)) release();
    },
  };
}
