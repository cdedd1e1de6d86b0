import { computed, effect, signal } from '@preact/signals';
import { recall, remember } from './browser-storage.ts';

export type Theme = 'light' | 'dark';

const night = globalThis.matchMedia?.('(prefers-color-scheme: dark)');
const systemTheme = signal<Theme>(night?.matches ? 'dark' : 'light');
const chosenTheme = signal<Theme | undefined>(themeOf(recall('theme')));

/** The person's choice, or else the system's. */
export const theme = computed<Theme>(() => chosenTheme.value ?? systemTheme.value);

export function switchTheme(): void {
  chosenTheme.value = theme.value === 'light' ? 'dark' : 'light';
  remember('theme', chosenTheme.value);
}

/** Writes the theme on the document; the style sheet does the rest. */
export function dressDocument(root: HTMLElement): void {
  night?.addEventListener('change', ({ matches }) => {
    systemTheme.value = matches ? 'dark' : 'light';
  });
  effect(() => {
    root.dataset.theme = theme.value;
  });
}

function themeOf(value: string | undefined): Theme | undefined {
  return value === 'light' || value === 'dark' ? value : undefined;
}
