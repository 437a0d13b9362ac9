/** How tests start a program of the server: as it was built where that is what is tested, and from its sources elsewhere. */

/** The arguments for Node, in the root of the repository: `dist/server/NAME.js` with `SIGHTLINE_DIST=1`. */
export function serverProgram(
  name: 'main' | 'doctor-main',
  options: { readonly fromSources?: boolean } = {},
): string[] {
  return process.env.SIGHTLINE_DIST === '1' && options.fromSources !== true
    ? [`dist/server/${name}.js`]
    : ['--import', 'tsx', `server/${name}.ts`];
}
