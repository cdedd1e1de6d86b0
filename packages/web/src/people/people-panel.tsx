import { useLayoutEffect, useRef } from 'preact/hooks';
import { BackIcon, CloseIcon } from '../frame/icons.tsx';
import { openPerson, viewHref } from '../view.ts';
import { words } from '../words/language.ts';
import { Conversation } from './conversation.tsx';
import { PeopleList } from './people-list.tsx';
import { PersonFacts } from './person-facts.tsx';
import { connectionState, talkingTo } from './state.ts';

export { PoolView } from '../pool/pool-view.tsx';
export { connect } from './hub-connection.ts';

/** The wire: who is here, what they say, and what is read as it is read. */
export function PeoplePanel() {
  const person = talkingTo.value;
  const panel = useRef<HTMLElement>(null);
  // The pressed button is gone; the focus goes to where one goes on, before a key can be pressed that nothing has. On a phone
  // that must not raise the keyboard.
  useLayoutEffect(() => {
    const find = (selector: string) => panel.current!.querySelector<HTMLElement>(selector);
    const field = matchMedia('(pointer: coarse)').matches ? null : find('.message-field:not([readonly])');
    (field ?? find('h2')!).focus({ preventScroll: true });
  }, [person?.key]);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    location.hash = viewHref(openPerson.peek() === undefined ? 'write' : 'wire');
  }

  return (
    <section
      ref={panel}
      class="people"
      aria-labelledby="people-heading"
      onKeyDown={onKeyDown}
      data-state={connectionState.value}
    >
      <header class="people-head">
        {person && (
          <a
            class="tool people-back"
            href={viewHref('wire')}
            aria-label={words.value.people.back}
            title={words.value.people.back}
          >
            <BackIcon />
          </a>
        )}
        <div class="people-title">
          <h2 id="people-heading" tabIndex={-1}>
            {person ? <bdi>{person.name}</bdi> : words.value.people.heading}
          </h2>
          {person ? <PersonFacts person={person} /> : <State />}
        </div>
        <a
          class="tool people-close"
          href={viewHref('write')}
          aria-label={words.value.people.close}
          title={words.value.people.close}
        >
          <CloseIcon />
        </a>
      </header>
      {person ? <Conversation key={person.key} person={person} /> : <PeopleList />}
    </section>
  );
}

/** A small line: whether the wire is connected. */
function State() {
  const { connecting, online, offline, refused } = words.value.people;
  const state = connectionState.value;
  return (
    <span class="live-state" data-live={state === 'online'} role="status">
      {{ connecting, online, offline, refused }[state]}
    </span>
  );
}
