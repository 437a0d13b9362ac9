/** Who is in the room, as far as the relay lists them. */
import { Avatar } from './avatar.tsx';
import type { ChatState } from './chat-state.ts';
import { ShieldIcon } from './icons.tsx';
import { useChatTexts } from './texts.ts';

export function People({ state }: { state: ChatState }) {
  const t = useChatTexts();
  const unlisted = state.count - state.members.length;
  return (
    <ul class="chat-people" aria-label={t.people} data-testid="chat-people">
      {state.members.map((person) => (
        <li key={person.id} class="chat-person">
          <Avatar key={person.avatar} avatar={person.avatar} />
          <bdi class="chat-name">{person.name}</bdi>
          {person.moderator && (
            <span class="chat-shield" title={t.moderator}>
              <ShieldIcon />
              <span class="off-screen">{t.moderator}</span>
            </span>
          )}
          {person.id === state.you?.id && <span class="chat-tag">{t.you}</span>}
        </li>
      ))}
      {unlisted > 0 && <li class="chat-notice">{t.andMore(unlisted)}</li>}
    </ul>
  );
}
