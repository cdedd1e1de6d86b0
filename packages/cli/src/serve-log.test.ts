import { expect, it } from 'vitest';
import { createServeLog } from './serve-log.ts';

const facts = { url: 'http://127.0.0.1:8080', model: 'cnn 1a2b', data: '/data' };

it('says one line for people when it is ready', () => {
  const written: string[] = [];
  createServeLog('text', (text) => written.push(text)).ready(facts);
  expect(written).toEqual([
    'Inkwire is ready on http://127.0.0.1:8080  (cnn 1a2b; keeps readings in /data)\n',
  ]);
});

it('writes an object a line for machines', () => {
  const written: string[] = [];
  const log = createServeLog(
    'json',
    (text) => written.push(text),
    () => 0,
  );
  log.ready(facts);
  log.closing({ signal: 'SIGTERM' });
  log.closed();
  const time = '1970-01-01T00:00:00.000Z';
  expect(written.map((line) => JSON.parse(line))).toEqual([
    { time, event: 'ready', ...facts },
    { time, event: 'closing', signal: 'SIGTERM' },
    { time, event: 'closed' },
  ]);
  expect(written.every((line) => line.endsWith('}\n'))).toBe(true);
});
