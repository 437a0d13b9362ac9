/** The player's keys, to be unfolded under it. */
import { type KeyRow, KeyTable } from '../dashboard/key-table.tsx';
import { useVideosTexts } from './texts.ts';

/** @param marks whether a period can be marked for export */
export function KeyList({ marks }: { readonly marks: boolean }) {
  const { t } = useVideosTexts();
  const keys: KeyRow[] = [
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
      <KeyTable keys={keys} />
    </details>
  );
}
