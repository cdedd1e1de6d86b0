import { expect, it } from 'vitest';
import { printable, shellCommand } from './printable.ts';

it('writes out what a terminal would obey', () => {
  expect(printable('a\u001b[2Jb\nc\u202ed')).toBe('a\\u{1b}[2Jb\\u{a}c\\u{202e}d');
});

it('leaves every other script alone', () => {
  expect(printable('数字 7 – é.png')).toBe('数字 7 – é.png');
});

it('quotes only what a shell would take apart', () => {
  expect(shellCommand(['inkwire', 'train', 'cnn', '--out', 'my runs/cnn', "it's", ''])).toBe(
    "inkwire train cnn --out 'my runs/cnn' 'it'\\''s' ''",
  );
});
