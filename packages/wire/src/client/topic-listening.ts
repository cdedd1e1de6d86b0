import { BaseError, type Clock, within } from '@inkwire/base';
import type { Reply } from '../codec/messages.ts';
import { WireError } from '../errors.ts';
import { plain } from './answers.ts';
import type { HubStream } from './hub-stream.ts';
import { WireStatusError } from './status-error.ts';
import type { TopicFeed } from './topic-feed.ts';

/* What one stream does for a subscription, from its first command to the last message. */

interface Waiting {
  readonly clock: Clock;
  /** The deadline of each answer. */
  readonly timeoutMs: number;
}

/** The end of listening. */
export interface ListeningEnd {
  readonly reason: Error;
  /** Whether the hub had accepted the subscription. */
  readonly wasAccepted: boolean;
  /** Whether the hub's first answer was a refusal. */
  readonly isRefused: boolean;
}

/** The id of the member that the stream belongs to. */
export async function askMemberId(stream: HubStream, { clock, timeoutMs }: Waiting): Promise<number> {
  const asked = stream.ask({ kind: 'hget', table: '$session', key: 'id' });
  const reply = await within(asked, { timeoutMs }, clock);
  if (reply.status !== 200) throw new WireStatusError(reply, 'The hub does not say who we are');
  return firstInteger(reply, 'a member id');
}

/**
 * Subscribes to a topic and feeds what is published, until the stream is lost or the hub ends the subscription.
 * `onAccepted` receives the subscription's id. Never rejects.
 */
export function listenToTopic(
  stream: HubStream,
  topic: string,
  feed: TopicFeed,
  { clock, timeoutMs }: Waiting,
  onAccepted: (id: number) => void,
): Promise<ListeningEnd> {
  return new Promise((resolve) => {
    let wasAccepted = false;
    let isOver = false;
    const end = (reason: Error, isRefused = false) => {
      isOver = true;
      timer.cancel();
      resolve({ reason, wasAccepted, isRefused });
    };
    const timer = clock.after(timeoutMs, () => {
      const message = `No answer to the subscription within ${timeoutMs} ms`;
      end(new BaseError('BASE_TIMEOUT', message, { retryable: true }));
    });
    void stream.lost.then((error) => end(error));
    feed.onFull = () => stream.pause();
    feed.onRoom = () => stream.resume();
    const onReply = (reply: Reply, bytes: number) => {
      if (isOver) return;
      if (reply.status !== 200) {
        end(new WireStatusError(reply, `The hub ended the subscription to ${topic}`), !wasAccepted);
      } else if (wasAccepted) {
        feed.push(reply.values.map(plain), bytes);
      } else {
        const id = firstInteger(reply, 'a subscription id');
        wasAccepted = true;
        timer.cancel();
        onAccepted(id);
      }
    };
    try {
      stream.listen({ kind: 'subscribe', topic }, onReply);
    } catch (error) {
      end(error as Error);
    }
  });
}

function firstInteger({ values: [value] }: Reply, what: string): number {
  if (value?.kind !== 'integer')
    throw new WireError('WIRE_MESSAGE_INVALID', `The hub gave ${what} that is no integer`);
  return Number(value.value);
}
