/** The page under a path of a reverse proxy: every address it uses stays below that path. */
import { expect, test } from './support/browser-test.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { startPrefixingProxy } from './support/prefixing-proxy.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';
import { expectRisingPictures, PATIENT } from './support/watching.ts';

const PREFIX = '/cams/';

test.describe('behind a reverse proxy under /cams/', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  test.beforeAll(async () => {
    demo = await startDemoRtsp();
    const cameras = { yard: demo.of('yard') };
    relay = await startRelay({ config: { server: { basePath: PREFIX }, ffmpeg: PATIENT, cameras } });
  });
  test.afterAll(async () => {
    await relay?.close();
    await demo?.close();
  });

  for (const strips of [true, false]) {
    test(`that ${strips ? 'strips the path' : 'passes the path on'}, dashboard and embed page play`, async ({
      page,
    }) => {
      const proxy = await startPrefixingProxy({ targetPort: relay.port, prefix: PREFIX, strips });
      try {
        await page.goto(proxy.url);
        await expectRisingPictures(page, 'yard', 25);
        await page.getByTestId('open').click();
        await expect(page).toHaveURL(`${proxy.url}#/camera/yard`);
        await page.goto(`${proxy.url}embed/yard`);
        await expectRisingPictures(page, 'yard', 25);
        expect(proxy.strayed, 'asked for outside the path').toEqual([]);
      } finally {
        await page.goto('about:blank');
        await proxy.close();
      }
    });
  }
});
