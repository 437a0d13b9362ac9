/** Whether playback of a live playlist has run dry at its end. Pure. */

/** The last picture before a camera fell silent may stand a frame or so past the end that the playlist tells. */
const LAST_PICTURE_S = 1;

/**
 * Further past the end it is a picture of another stream, and playback has to go elsewhere.
 * @param shownS playing time of the picture shown, seconds
 * @param edgeS end of the playlist, seconds; null before there is one
 */
export function isLastPicture(shownS: number, edgeS: number | null): boolean {
  return edgeS !== null && shownS > edgeS && shownS - edgeS < LAST_PICTURE_S;
}
