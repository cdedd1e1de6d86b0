import { computed, effect, signal } from '@preact/signals';
import { recall, remember } from '../browser-storage.ts';
import { en, type Words } from './en.ts';
import { zh } from './zh.ts';

export const languages = { en: { words: en, tag: 'en' }, zh: { words: zh, tag: 'zh-Hans' } } as const;
export type Language = keyof typeof languages;

/** The first wanted language that the page speaks; English when there is none. */
export function chooseLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split('-')[0]!;
    if (Object.hasOwn(languages, language)) return language as Language;
  }
  return 'en';
}

export const language = signal<Language>(
  chooseLanguage([recall('language') ?? '', ...(globalThis.navigator?.languages ?? [])]),
);

/** The texts of the page, in the present language. */
export const words = computed<Words>(() => languages[language.value].words);

/** For `Intl`. */
export const languageTag = computed(() => languages[language.value].tag);

export function switchLanguage(): void {
  language.value = language.value === 'en' ? 'zh' : 'en';
  remember('language', language.value);
}

/** Keeps the document's language right, for screen readers, hyphenation and the choice of Chinese glyphs. */
export function labelDocument(root: HTMLElement): void {
  effect(() => {
    root.lang = languageTag.value;
  });
}
