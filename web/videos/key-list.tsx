/** The player's keys, to be unfolded under it. */
import { useVideosTexts } from './texts.ts';

/** @param marks whether a period can be marked for export */
export function KeyList({ marks }: { readonly marks: boolean }) {
  const { t } = useVideosTexts();
  const keys: (readonly [readonly string[], string])[] = [
    [['Space', 'K'], t.keys.space],
    [['←', '→'], t.keys.arrows],
    [['J', 'L'], t.keys.jl],
    [[',', '.'], t.keys.frames],
    [['<', '>'], t.keys.speed],
  ];
  if (marks) keys.push([['I', 'O'], t.keys.marks], [['+', '−'], t.keys.zoom]);
  return (
    <details class="vkeys">
      <summary>{t.keysTitle}</summary>
      <dl class="keys">
        {keys.map(([names, what]) => (
          <div key={what} class="key-row">
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
