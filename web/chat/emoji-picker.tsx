/** A small choice of emoji; all others come from the keyboard of the system. */
import { useEffect, useRef } from 'preact/hooks';
import { useChatTexts } from './texts.ts';

const EMOJI = [
  ...['😀', '😄', '😂', '🤣', '😊', '😍', '🤩', '😎', '🤔', '😮', '😢', '😭', '😡', '🥳', '😴', '🙈'],
  ...['👍', '👎', '👏', '🙌', '🙏', '💪', '👀', '👋', '❤️', '💔', '🔥', '✨', '🎉', '⭐', '💯', '❓'],
  ...['🐱', '🐶', '🦊', '🐦', '🌧️', '☀️', '🌈', '❄️', '🚗', '🚢', '✈️', '📷', '🎬', '☕', '🍕', '🍉'],
];
const COLUMNS = 8;
const STEP: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -COLUMNS,
  ArrowDown: COLUMNS,
};

export function EmojiPicker({ onPick, onClose }: { onPick: (emoji: string) => void; onClose: () => void }) {
  const t = useChatTexts();
  const grid = useRef<HTMLFieldSetElement>(null);
  useEffect(() => grid.current?.querySelector('button')?.focus(), []);
  return (
    <fieldset
      ref={grid}
      class="chat-emoji"
      aria-label={t.emoji}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          onClose();
          return;
        }
        const step = STEP[event.key];
        if (step === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        const buttons = [...(grid.current?.querySelectorAll('button') ?? [])];
        const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
        buttons[Math.min(buttons.length - 1, Math.max(0, at + step))]?.focus();
      }}
    >
      {EMOJI.map((emoji, index) => (
        <button key={emoji} type="button" tabIndex={index === 0 ? 0 : -1} onClick={() => onPick(emoji)}>
          {emoji}
        </button>
      ))}
    </fieldset>
  );
}
