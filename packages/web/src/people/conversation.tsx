import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { languageTag, words } from '../words/language.ts';
import { send } from './hub-connection.ts';
import type { Message, Person } from './people.ts';
import { connectionState } from './state.ts';

/** The messages with one person, the newest at the bottom, and a line to write on. */
export function Conversation({ person }: { person: Person }) {
  const { log, noMessages, hasLeft } = words.value.people;
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    const element = scroller.current!;
    if (isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [person.messages, person.isHere]);

  function onScroll(): void {
    const { scrollHeight, scrollTop, clientHeight } = scroller.current!;
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < 24;
  }

  return (
    <>
      <div
        ref={scroller}
        class="log"
        role="log"
        aria-label={log(person.name)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled with keys too.
        tabIndex={0}
        onScroll={onScroll}
      >
        <ol>
          {person.messages.map((message) => (
            <MessageItem key={message.key} message={message} name={person.name} />
          ))}
        </ol>
        {person.messages.length === 0 && person.isHere && <p class="log-note">{noMessages}</p>}
        {!person.isHere && <p class="log-note">{hasLeft(person.name)}</p>}
      </div>
      <WriteLine person={person} />
    </>
  );
}

function MessageItem({ message: { text, time, sent }, name }: { message: Message; name: string }) {
  const { you, gone, lost, sending } = words.value.people;
  const outcome = { gone, lost, sending, sent: '' }[sent ?? 'sent'];
  const at = new Intl.DateTimeFormat(languageTag.value, { timeStyle: 'short' }).format(time);
  return (
    <li class="message" data-own={sent !== undefined} data-sent={sent}>
      <span class="unseen">{sent === undefined ? name : you}: </span>
      <span class="message-text" dir="auto">
        {text}
      </span>
      <small>
        <time dateTime={new Date(time).toISOString()}>{at}</time>
        {outcome && <span class="message-outcome">{outcome}</span>}
      </small>
    </li>
  );
}

function WriteLine({ person }: { person: Person }) {
  const text = useSignal('');
  const { write, send: label, away } = words.value.people;
  const isOnline = connectionState.value === 'online';

  function onSubmit(event: Event): void {
    event.preventDefault();
    if (!isOnline || !person.isHere || text.value.trim() === '') return;
    void send(person.key, text.value.trim());
    text.value = '';
  }

  return (
    <form class="write-line" onSubmit={onSubmit}>
      <input
        class="message-field"
        value={text}
        onInput={(event) => void (text.value = event.currentTarget.value)}
        aria-label={write(person.name)}
        placeholder={isOnline || !person.isHere ? write(person.name) : away}
        readOnly={!person.isHere}
        maxLength={2_000}
        autocomplete="off"
        dir="auto"
      />
      <button
        type="submit"
        class="quiet-button"
        disabled={!person.isHere || !isOnline || text.value.trim() === ''}
      >
        {label}
      </button>
    </form>
  );
}
