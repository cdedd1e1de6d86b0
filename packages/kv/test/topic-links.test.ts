import type { Value } from '@inkwire/wire';
import { encodedValue } from '@inkwire/wire';
import { describe, expect, it } from 'vitest';
import { createTopics, type Subscriber, type TopicLink } from '../src/index.ts';
import { turns } from './peer.ts';

const text = (value: string): Value => ({ kind: 'string', value });
const values = (...texts: string[]) => texts.map((each) => encodedValue(text(each)));

/** Two processes that are linked both ways: what one link delivers, the other process receives. */
function createPair() {
  const unsubscribed: string[] = [];
  const here = createTopics({ onUnsubscribed: (topic) => unsubscribed.push(topic) });
  const there = createTopics();
  const sent: Uint8Array[] = [];
  const link: TopicLink & { hasRoom: boolean } = {
    hasRoom: true,
    deliver(topic, frames) {
      sent.push(frames.slice());
      there.deliverFrames(topic, frames.slice());
    },
  };
  return { here, there, link, sent, unsubscribed };
}

function createEar() {
  const received: string[] = [];
  const subscriber: Subscriber = {
    queuedBytes: 0,
    maxFrameBytes: Number.POSITIVE_INFINITY,
    deliver: (frames, messages) => received.push(`${messages} in ${frames.length} bytes`),
    over: () => {},
  };
  return { subscriber, received };
}

describe('a link of a topic to another process', () => {
  it('brings the messages of a turn as one batch to subscribers there', async () => {
    const { here, there, link, sent } = createPair();
    const ear = createEar();
    there.subscribe('news', ear.subscriber);
    here.link('news', link);
    expect(here.publish('news', values('a'))).toBe(0);
    here.publish('news', values('b'));
    await turns();
    expect(sent).toHaveLength(1);
    expect(ear.received).toEqual([`2 in ${sent[0]!.length} bytes`]);
  });

  it('does not send back what came from there, nor what is published before it and after it', async () => {
    const { here, there, link, sent } = createPair();
    const ear = createEar();
    here.subscribe('news', ear.subscriber);
    here.publish('news', values('before'));
    here.link('news', link);
    there.publish('news', values('unheard'));
    here.deliverFrames('news', Uint8Array.of(0, 0, 0, 1, 8));
    here.link('news', undefined);
    here.publish('news', values('after'));
    await turns();
    expect(sent).toEqual([]);
    expect(ear.received).toContain('1 in 5 bytes');
    expect(here.subscribers('news')).toBe(1);
  });

  it('refuses to publish while it has no room, and other topics go on', async () => {
    const { here, link } = createPair();
    const ear = createEar();
    here.subscribe('news', ear.subscriber);
    here.subscribe('own', ear.subscriber);
    here.link('news', link);
    link.hasRoom = false;
    expect(() => here.publish('news', values('a'))).toThrow(
      expect.objectContaining({ code: 'KV_LINK_FULL', retryable: true }),
    );
    here.publish('own', values('b'));
    await turns();
    expect(ear.received).toHaveLength(1);
  });

  it('refuses frames that are not whole, and tells when the last subscriber has left', () => {
    const { here, unsubscribed } = createPair();
    const ears = [createEar(), createEar()];
    const [first, second] = ears.map(({ subscriber }) => here.subscribe('news', subscriber)!);
    for (const bytes of [Uint8Array.of(0), Uint8Array.of(0, 0, 0, 2, 8), Uint8Array.of(0x80, 0, 0, 1)])
      expect(() => here.deliverFrames('news', bytes)).toThrow(
        expect.objectContaining({ code: 'WIRE_MESSAGE_INVALID' }),
      );
    first!.leave();
    expect(unsubscribed).toEqual([]);
    second!.leave();
    expect(unsubscribed).toEqual(['news']);
  });
});
