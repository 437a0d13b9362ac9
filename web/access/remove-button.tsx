/** Takes one entry of a list away. */
import { useState } from 'preact/hooks';
import { useI18n } from '../context.ts';
import { ask, Refusal } from './api.ts';
import { accessTexts } from './texts.ts';

interface RemoveButtonProps {
  readonly path: string;
  readonly onRemoved: () => Promise<void>;
}

export function RemoveButton({ path, onRemoved }: RemoveButtonProps) {
  const { locale } = useI18n();
  const t = accessTexts(locale);
  const [problem, setProblem] = useState<string | null>(null);
  const remove = async () => {
    try {
      await ask('DELETE', path);
      await onRemoved();
    } catch (error) {
      setProblem(error instanceof Refusal ? error.message : t.failed);
    }
  };
  return (
    <>
      <button type="button" class="button" onClick={() => void remove()}>
        {t.remove}
      </button>
      {problem !== null && (
        <span class="access-problem" role="alert">
          {problem}
        </span>
      )}
    </>
  );
}
