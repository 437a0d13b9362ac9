/** Name and picture, how danmaku fly, and for moderators the room's own switches. */
import { useState } from 'preact/hooks';
import { CHAT_AVATARS, type ChatRules } from '../../server/protocol.ts';
import { Avatar } from './avatar.tsx';
import type { ChatLink } from './chat-link.ts';
import { DEFAULT_OVERLAY, type OverlaySettings } from './chat-preferences.ts';
import type { ChatState } from './chat-state.ts';
import type { RoomChat } from './room-chat.ts';
import { useChatTexts } from './texts.ts';

const SLOW_SECONDS = [0, 5, 15, 30, 60] as const;

interface ChatSettingsProps {
  readonly chat: RoomChat;
  readonly state: ChatState;
  readonly overlay: OverlaySettings;
  readonly onDone: () => void;
}

export function ChatSettings({ chat, state, overlay, onDone }: ChatSettingsProps) {
  const t = useChatTexts();
  const { link } = chat;
  const { you } = state;
  const [name, setName] = useState(you?.name ?? '');
  const save = (avatar: string | null) => link.setProfile({ name: name.trim() === '' ? null : name.trim(), avatar });
  return (
    <div class="chat-settings" data-testid="chat-settings">
      <form
        class="chat-setting"
        onSubmit={(event) => {
          event.preventDefault();
          save(you?.avatar ?? null);
        }}
      >
        <label for="chat-name">{t.name}</label>
        <div class="chat-row">
          <input
            id="chat-name"
            type="text"
            dir="auto"
            maxLength={64}
            autocomplete="nickname"
            value={name}
            aria-invalid={state.profileError !== null}
            aria-describedby="chat-name-error"
            onInput={(event) => setName(event.currentTarget.value)}
          />
          <button type="submit" class="button is-framed" disabled={name.trim() === '' || name.trim() === you?.name}>
            {t.save}
          </button>
        </div>
        <p id="chat-name-error" class="chat-error" role="status">
          {state.profileError === null ? '' : t.errors[state.profileError]}
        </p>
      </form>
      <fieldset class="chat-setting">
        <legend>{t.avatar}</legend>
        <div class="chat-avatars">
          {CHAT_AVATARS.map((avatar) => (
            <label key={avatar}>
              <input type="radio" name="avatar" checked={you?.avatar === avatar} onChange={() => save(avatar)} />
              <Avatar avatar={avatar} />
              <span class="off-screen">{avatar}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <OverlayFields settings={overlay} onChange={(settings) => chat.setOverlay(settings)} />
      {you?.moderator === true && <RoomFields rules={state.rules} link={link} />}
      <button type="button" class="button is-framed" onClick={onDone}>
        {t.done}
      </button>
    </div>
  );
}

function OverlayFields(props: {
  readonly settings: OverlaySettings;
  readonly onChange: (settings: OverlaySettings) => void;
}) {
  const t = useChatTexts();
  const { settings, onChange } = props;
  const range = (key: 'opacity' | 'size' | 'speed' | 'density', min: number, max: number) => (
    <label class="chat-range">
      <span>{t[key]}</span>
      <input
        type="range"
        min={min}
        max={max}
        step={0.05}
        value={settings[key]}
        disabled={!settings.on}
        onInput={(event) => onChange({ ...settings, [key]: event.currentTarget.valueAsNumber })}
        onDblClick={() => onChange({ ...settings, [key]: DEFAULT_OVERLAY[key] })}
      />
      <output>{Math.round(settings[key] * 100)} %</output>
    </label>
  );
  return (
    <fieldset class="chat-setting">
      <legend>{t.overlay}</legend>
      <label class="chat-check">
        <input
          type="checkbox"
          checked={settings.on}
          data-testid="danmaku-on"
          onChange={(event) => onChange({ ...settings, on: event.currentTarget.checked })}
        />
        <span>{t.overlayOn}</span>
      </label>
      {range('opacity', 0.2, 1)}
      {range('size', 0.7, 1.6)}
      {range('speed', 0.5, 2)}
      {range('density', 0.25, 1)}
    </fieldset>
  );
}

function RoomFields({ rules, link }: { readonly rules: ChatRules | null; readonly link: ChatLink }) {
  const t = useChatTexts();
  const slowS = Math.round((rules?.slowModeMs ?? 0) / 1000);
  return (
    <fieldset class="chat-setting">
      <legend>{t.moderation}</legend>
      <label class="chat-range">
        <span>{t.slowMode}</span>
        <select
          value={String(slowS)}
          onChange={(event) =>
            link.moderate({ type: 'moderate', action: 'slow', seconds: Number(event.currentTarget.value) })
          }
        >
          {[...new Set<number>([...SLOW_SECONDS, slowS])].map((seconds) => (
            <option key={seconds} value={String(seconds)}>
              {seconds === 0 ? t.slowOff : t.seconds(seconds)}
            </option>
          ))}
        </select>
      </label>
      <label class="chat-check">
        <input
          type="checkbox"
          checked={rules?.closed === true}
          onChange={(event) =>
            link.moderate({ type: 'moderate', action: event.currentTarget.checked ? 'close' : 'open' })
          }
        />
        <span>{t.closeRoom}</span>
      </label>
    </fieldset>
  );
}
