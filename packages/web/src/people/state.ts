import { fitName, type Reading } from '@inkwire/wire/hub';
import { computed, signal } from '@preact/signals';
import { recall, remember } from '../browser-storage.ts';
import { openPerson } from '../view.ts';
import { countHere, noPeople, type People, unreadOf } from './people.ts';

/** `connecting`: not yet, or not again; `refused`: the hub does not take us in, and nothing more is tried. */
export type ConnectionState = 'connecting' | 'online' | 'offline' | 'refused';

/** `online` once it is known who is here: only then do ids mean what they say. */
export const connectionState = signal<ConnectionState>('connecting');
export const people = signal<People>(noPeople);

/** The newest reading that anyone kept since the page was opened. */
export const latestReading = signal<Reading | undefined>(undefined);

/** Our own name, where one was chosen; this browser remembers it. */
export const chosenName = signal<string | undefined>(fitName(recall('name') ?? ''));

export function chooseName(name: string): void {
  chosenName.value = name;
  remember('name', name);
}

export const unreadCount = computed(() => unreadOf(people.value));
export const presentCount = computed(() =>
  connectionState.value === 'online' ? countHere(people.value) : undefined,
);

/** The person in the open conversation, as long as the page knows them. */
export const talkingTo = computed(() => people.value.all.find(({ key }) => key === openPerson.value));
