/** Which engine plays an opened camera, why another one does not, and the viewer's choice. */
import { useI18n } from '../context.ts';
import { parseEngine } from '../player/engine-policy.ts';
import { pickEngine } from '../player/picked-engine.ts';
import type { PlayerView } from '../player/player-view.ts';
import { usePickedEngine } from '../player/use-picked-engine.ts';
import { endSentence } from './tile-status.ts';

const AUTOMATIC = 'auto';

export function EngineDetails({ view }: { view: PlayerView }) {
  const { t } = useI18n();
  const picked = usePickedEngine();
  const { engine, engines, engineFailures } = view;
  if (engine === null || engines.length === 0) return null;
  const value = picked !== null && engines.includes(picked) ? picked : AUTOMATIC;
  return (
    <>
      <div class="detail detail-engine">
        <dt id="engine-label">{t.details.engine}</dt>
        <dd>
          <select
            class="choice"
            aria-labelledby="engine-label"
            data-testid="engine"
            value={value}
            onChange={({ currentTarget }) => pickEngine(parseEngine(currentTarget.value))}
          >
            <option value={AUTOMATIC}>{t.engineAuto(t.engines[engine])}</option>
            {engines.map((name) => (
              <option key={name} value={name}>
                {t.engines[name]}
              </option>
            ))}
          </select>
        </dd>
      </div>
      {engineFailures.map(({ engine: failed, end }) => (
        <div key={failed} class="detail" data-testid="engine-failure">
          <dt>{t.details.engineFailed(t.engines[failed])}</dt>
          <dd class="detail-sentence" title={end.reason?.message}>
            {endSentence(end, t)}
          </dd>
        </div>
      ))}
    </>
  );
}
