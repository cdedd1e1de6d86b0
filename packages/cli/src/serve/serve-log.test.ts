import { expect, it } from 'vitest';
import { createServeLog } from './serve-log.ts';

const facts = { url: 'http://127.0.0.1:8080', model: 'cnn 1a2b', data: '/data' };

it('says one line for people when it is ready', () => {
  const written: string[] = [];
  createServeLog('text', (text) => written.push(text)).ready(facts);
  expect(written).toEqual([
    'Inkwire is ready on http://127.0.0.1:8080  (cnn 1a2b; keeps what it is given in /data)\n',
  ]);
});

it('says where readings are kept when that is elsewhere', () => {
  const written: string[] = [];
  createServeLog('text', (text) => written.push(text)).ready({ ...facts, readings: 'postgres://db/x' });
  expect(written).toEqual([
    'Inkwire is ready on http://127.0.0.1:8080  (cnn 1a2b; keeps readings in postgres://db/x, the rest in /data)\n',
  ]);
});

it('says how long readings are kept when that is not for ever', () => {
  const written: string[] = [];
  createServeLog('text', (text) => written.push(text)).ready({ ...facts, keep: '365d' });
  expect(written).toEqual([
    'Inkwire is ready on http://127.0.0.1:8080  (cnn 1a2b; keeps what it is given in /data; removes readings after 365d)\n',
  ]);
});

it('says which hub it is of those on a bus', () => {
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  createServeLog('text', write).ready({ ...facts, bus: 'nats://bus:4222/inkwire', hub: 7 });
  expect(written[0]).toMatch(/in \/data; hub 7 on nats:\/\/bus:4222\/inkwire\)\n$/);
});

it('names every place that is on', () => {
  const written: string[] = [];
  const log = createServeLog('text', (text) => written.push(text));
  log.ready({ ...facts, wire: 'tcp://127.0.0.1:9527', lab: 'tcp://127.0.0.1:9528' });
  log.ready({ model: facts.model, data: facts.data, wire: 'tcp://127.0.0.1:9527' });
  expect(written.map((line) => line.replace(/ {2}.*\n/, ''))).toEqual([
    'Inkwire is ready on http://127.0.0.1:8080 and wire tcp://127.0.0.1:9527 and lab tcp://127.0.0.1:9528',
    'Inkwire is ready on wire tcp://127.0.0.1:9527',
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
