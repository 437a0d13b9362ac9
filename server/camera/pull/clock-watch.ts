/**
 * Notices pictures that come while their time stands still. ffmpeg lets time in its output never go back: where a camera
 * sets its clock back by an hour, it holds the last time for an hour, and so do all players their picture. A session
 * that begins anew has a time of its own.
 */

/** Time has stood still for so long: what was set back by less has caught up by then. */
const STANDS_AFTER_MS = 2_000;
/** It goes on where it makes this part of the real time: it may be rounded up by a tick for each picture. */
const GOES_ON = 0.1;
/** More between two pictures is a pause of the camera's, of which its time need say nothing. */
const MAX_STEP_MS = 200;

/** One for each session of a camera. Nothing to close. */
export class ClockWatch {
  #lastAtMs: number | null = null;
  #lastMs = 0;
  #realMs = 0;
  #wentOnMs = 0;

  /**
   * Takes note of a picture.
   * @param timestampMs on any clock that does not go back
   * @param atMs when it came, on any steady clock
   * @returns true when time stands still
   */
  observe(timestampMs: number, atMs: number): boolean {
    if (this.#lastAtMs !== null) {
      this.#realMs += Math.min(atMs - this.#lastAtMs, MAX_STEP_MS);
      this.#wentOnMs += timestampMs - this.#lastMs;
    }
    this.#lastAtMs = atMs;
    this.#lastMs = timestampMs;
    if (this.#wentOnMs > this.#realMs * GOES_ON) {
      this.#realMs = 0;
      this.#wentOnMs = 0;
    }
    return this.#realMs > STANDS_AFTER_MS;
  }
}
