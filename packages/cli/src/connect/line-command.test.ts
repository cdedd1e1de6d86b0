import { expect, it } from 'vitest';
import { menu, parseLineCommand } from './line-command.ts';

it.each([
  ['', { kind: 'nothing' }],
  ['  \t', { kind: 'nothing' }],
  ['time', { kind: 'time' }],
  ['  TIME  ', { kind: 'time' }],
  ['exit', { kind: 'quit' }],
  ['connect', { kind: 'connect', address: undefined }],
  ['connect 10.0.0.1:9527', { kind: 'connect', address: '10.0.0.1:9527' }],
  ['name  Ann of  Green ', { kind: 'name', name: 'Ann of  Green' }],
  ['send', { kind: 'send', to: undefined, text: undefined }],
  ['send 4', { kind: 'send', to: '4', text: undefined }],
  ['send 4  hello,  you', { kind: 'send', to: '4', text: 'hello,  you' }],
  ['6 4 hello', { kind: 'send', to: '4', text: 'hello' }],
  ['read a b.png', { kind: 'read', file: 'a b.png' }],
  ['8', { kind: 'unknown', word: '8' }],
  ['tiem now', { kind: 'unknown', word: 'tiem' }],
])('reads "%s"', (line, command) => {
  expect(parseLineCommand(line)).toEqual(command);
});

it('takes the numbers of the menu for its words', () => {
  expect(menu.map((_, at) => parseLineCommand(String(at + 1)).kind)).toEqual([...menu]);
});
