import { computed, signal } from '@preact/signals';
import type { Reading } from '../api.ts';
import { recall, remember } from '../remembered.ts';
import { openPerson } from '../view.ts';
import { type Company, countHere, nobody, unreadOf } from './company.ts';
import { fitName } from './member-name.ts';

/** `connecting`: not yet, or not again; `refused`: the hub does not take us in, and nothing more is tried. */
export type WireState = 'connecting' | 'online' | 'offline' | 'refused';

/** `online` once it is known who is here: only then do ids mean what they say. */
export const wireState = signal<WireState>('connecting');
export const company = signal<Company>(nobody);

/** The newest reading that anyone kept since the page was opened. */
export const latestReading = signal<Reading | undefined>(undefined);

/** Our own name, where one was chosen; this browser remembers it. */
export const chosenName = signal<string | undefined>(fitName(recall('name') ?? ''));

export function chooseName(name: string): void {
  chosenName.value = name;
  remember('name', name);
}

export const unread = computed(() => unreadOf(company.value));
export const present = computed(() => (wireState.value === 'online' ? countHere(company.value) : undefined));

/** Whom one talks to, as long as the page knows them. */
export const talkingTo = computed(() => company.value.people.find(({ key }) => key === openPerson.value));
