import { expect, it } from 'vitest';
import { problemKinds } from '../problem.ts';
import { en } from './en.ts';
import { chooseLanguage } from './language.ts';
import { zh } from './zh.ts';

/** Every key, with how many values its sentence takes. */
function shapeOf(words: object, path = ''): string[] {
  return Object.entries(words).flatMap(([key, value]) => {
    if (typeof value === 'function') return `${path}${key}()`;
    return typeof value === 'object' ? shapeOf(value, `${path}${key}.`) : `${path}${key}`;
  });
}

it('says the same things in both languages', () => {
  expect(shapeOf(zh)).toEqual(shapeOf(en));
});

it('leaves nothing unsaid', () => {
  for (const words of [en, zh]) expect(JSON.stringify(words)).not.toContain('""');
});

it('has words for every problem', () => {
  for (const kind of problemKinds) expect(en.problem[kind].title).toBeTruthy();
});

it.each([
  [['zh-CN', 'en'], 'zh'],
  [['zh-Hant-TW'], 'zh'],
  [['de', 'zh'], 'zh'],
  [['en-GB', 'zh'], 'en'],
  [['fr'], 'en'],
  [[], 'en'],
])('takes %j to mean %s', (wanted, language) => {
  expect(chooseLanguage(wanted)).toBe(language);
});
