import { signal } from '@preact/signals';

/** The digit that the pointer or the focus is on, so that its box and its bars find each other. */
export const pointedDigit = signal<number | undefined>(undefined);
