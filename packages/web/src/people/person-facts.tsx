import { RelativeTime } from '../readings/reading-meta.tsx';
import { words } from '../words/language.ts';
import type { Person } from './people.ts';

/** The way and time in which a person connected; or that they disconnected. */
export function PersonFacts({ person: { isHere, transport, since } }: { person: Person }) {
  const { came, left } = words.value.people;
  return (
    <span class="person-facts">
      {!isHere && <span class="person-left">{left}</span>}
      {transport !== undefined && (
        <span>{Object.hasOwn(came, transport) ? came[transport as keyof typeof came] : transport}</span>
      )}
      {isHere && since !== undefined && <RelativeTime time={since} />}
    </span>
  );
}
