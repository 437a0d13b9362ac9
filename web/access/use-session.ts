/** Who is asking, for components. */
import { useEffect, useState } from 'preact/hooks';
import type { SessionAnswer } from '../../server/protocol.ts';
import { session } from './api.ts';

/** Renders again when it changes; null until the relay has answered. */
export function useSession(): SessionAnswer | null {
  const [answer, setAnswer] = useState(session.answer);
  useEffect(() => {
    setAnswer(session.answer);
    return session.subscribe(() => setAnswer(session.answer));
  }, []);
  return answer;
}
