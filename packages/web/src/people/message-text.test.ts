import { expect, it } from 'vitest';
import { messageText } from './message-text.ts';

it('shows values of every kind', () => {
  expect(messageText(['hello', 7, 2n ** 60n, 0.5, true, null, new Uint8Array(3)])).toBe(
    'hello 7 1152921504606846976 0.5 true ∅ [3 B]',
  );
});
