import { useSignal } from '@preact/signals';
import { MessageIcon, PencilIcon } from '../frame/icons.tsx';
import { Tool } from '../frame/tool.tsx';
import { LongList } from '../readings/long-list.tsx';
import { textOf } from '../readings/reading-list.ts';
import { RelativeTime } from '../readings/reading-meta.tsx';
import { sourceName } from '../readings/source-name.ts';
import { personHref, readingHref } from '../view.ts';
import { words } from '../words/language.ts';
import { NameForm } from './name-form.tsx';
import { others, type Person, presentPerson } from './people.ts';
import { PersonFacts } from './person-facts.tsx';
import { connectionState, latestReading, people } from './state.ts';

const rowHeight = 68;

/** Ourselves, everyone else, and below them what was read last. */
export function PeopleList() {
  const { alone, heading } = words.value.people;
  const list = others(people.value);
  return (
    <>
      <You />
      <div class="people-scroll">
        {list.length === 0 && connectionState.value === 'online' && <p class="hint">{alone}</p>}
        <LongList
          items={list}
          keyOf={({ key }) => key}
          rowHeight={rowHeight}
          label={heading}
          row={(person) => <PersonRow person={person} />}
          onEnd={() => {}}
        />
      </div>
      <LatestReading />
    </>
  );
}

function You() {
  const isNaming = useSignal(false);
  const { you, rename } = words.value.people;
  const { ownId } = people.value;
  const own = ownId === undefined ? undefined : presentPerson(people.value, ownId);
  if (!own) return null;
  if (isNaming.value) {
    const done = (): void => {
      isNaming.value = false;
      requestAnimationFrame(() => document.getElementById('rename')?.focus());
    };
    return <NameForm name={own.name} onDone={done} />;
  }
  return (
    <div class="you">
      <span class="person-words">
        <span class="person-name">
          <bdi>{own.name}</bdi>
          <small>{you}</small>
        </span>
        <PersonFacts person={own} />
      </span>
      <Tool
        id="rename"
        label={rename}
        disabled={connectionState.value !== 'online'}
        onClick={() => void (isNaming.value = true)}
      >
        <PencilIcon />
      </Tool>
    </div>
  );
}

function PersonRow({ person }: { person: Person }) {
  const { write, unread, ownMessage } = words.value.people;
  const last = person.messages.at(-1);
  const label = [write(person.name), ...(person.unread > 0 ? [unread(person.unread)] : [])].join(', ');
  return (
    <a
      class="person"
      href={personHref(person.key)}
      aria-label={label}
      aria-describedby={`facts-${person.key}`}
      data-here={person.isHere}
    >
      <span class="person-words">
        <span class="person-name">
          <bdi>{person.name}</bdi>
        </span>
        <span id={`facts-${person.key}`} class="person-line">
          {last && person.isHere ? (
            <span class="person-message">
              {last.sent !== undefined && ownMessage} <bdi>{last.text}</bdi>
            </span>
          ) : (
            <PersonFacts person={person} />
          )}
        </span>
      </span>
      {person.unread > 0 ? <span class="count">{person.unread}</span> : person.isHere && <MessageIcon />}
    </a>
  );
}

function LatestReading() {
  const { latest, noneYet, readFor } = words.value.people;
  const reading = latestReading.value;
  const isNamed = reading && Object.hasOwn(words.value.source, reading.source);
  return (
    <p class="latest">
      <span class="latest-label">{latest}</span>
      {reading ? (
        <a key={reading.id} class="latest-reading" href={readingHref(reading.id)}>
          <b>{textOf(reading).replaceAll(/\s+/g, ' ')}</b>
          <span>{isNamed ? sourceName(reading.source, words.value.source) : readFor(reading.source)}</span>
          <RelativeTime time={reading.time} />
        </a>
      ) : (
        <span>{noneYet}</span>
      )}
    </p>
  );
}
