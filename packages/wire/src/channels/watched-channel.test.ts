import { expect, it } from 'vitest';
import type { Channel, ChannelHandler } from './channel.ts';
import { WatchedChannel } from './watched-channel.ts';

const bytes = Uint8Array.of(1, 2);
const lost = new Error('the connection was lost');

/** Notes each event with its argument. */
function noting(name: string, events: unknown[]): ChannelHandler {
  return {
    onBytes: (received) => events.push([name, 'bytes', received]),
    onEnd: () => events.push([name, 'end']),
    onDrain: () => events.push([name, 'drain']),
    onClose: (error) => events.push([name, 'close', error]),
  };
}

/** Attaches a handler behind `watcher` and lets each event of a channel happen once. */
function happen(events: unknown[], watcher: Partial<ChannelHandler>): void {
  let attached: ChannelHandler | undefined;
  const channel = {
    attach: (handler: ChannelHandler) => {
      attached = handler;
    },
  } as Channel;
  new WatchedChannel(channel, watcher).attach(noting('handler', events));
  attached!.onBytes(bytes);
  attached!.onEnd();
  attached!.onDrain();
  attached!.onClose(lost);
}

it('passes every event to the watcher and then to the handler', () => {
  const events: unknown[] = [];
  happen(events, noting('watcher', events));
  expect(events).toEqual([
    ['watcher', 'bytes', bytes],
    ['handler', 'bytes', bytes],
    ['watcher', 'end'],
    ['handler', 'end'],
    ['watcher', 'drain'],
    ['handler', 'drain'],
    ['watcher', 'close', lost],
    ['handler', 'close', lost],
  ]);
});

it('passes to the handler what nothing watches', () => {
  const events: unknown[] = [];
  happen(events, {});
  expect(events).toEqual([
    ['handler', 'bytes', bytes],
    ['handler', 'end'],
    ['handler', 'drain'],
    ['handler', 'close', lost],
  ]);
});
