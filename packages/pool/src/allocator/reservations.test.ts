import { expect, it, onTestFinished, vi } from 'vitest';
import { Scene } from '../../test/allocator-scene.ts';
import { Reservations } from './reservations.ts';

it('adds everything up anew whenever it has shared', () => {
  const scene = new Scene();
  const check = vi.spyOn(Reservations.prototype, 'check').mockImplementation(() => {
    throw new Error('the rule is broken');
  });
  onTestFinished(() => check.mockRestore());
  expect(() => scene.allocator.handle({ kind: 'tick' }, 0)).toThrow('the rule is broken');
  expect(() => scene.allocator.checkRule()).toThrow('the rule is broken');
});
