import { expect, it } from 'vitest';
import { shellCommand } from './shell-words.ts';

it('quotes only what a shell would take apart', () => {
  expect(shellCommand(['inkwire', 'train', 'cnn', '--out', 'my runs/cnn', "it's", ''])).toBe(
    "inkwire train cnn --out 'my runs/cnn' 'it'\\''s' ''",
  );
});
