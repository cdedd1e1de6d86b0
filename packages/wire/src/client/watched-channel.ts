import type { Clock } from '@inkwire/base';
import type { Channel, ChannelHandler } from '../channels/channel.ts';
import { DelegatingChannel } from '../channels/delegating-channel.ts';

/*
 * A channel as the client needs it under a frame stream. It says when bytes came, and it keeps back-pressure of what is
 * written to itself: a frame stream stops reading while its peer does not read, which is right for a server; a client that
 * did the same would wait for a hub that waits for it. The client holds commands back instead, and goes on reading.
 */
export class WatchedChannel extends DelegatingChannel {
  /** Called when `isClogged` has become false. */
  onRoom: () => void = () => {};
  /** Whether what was written waits for the peer. */
  isClogged = false;
  /** When bytes last came, by the monotonic clock. */
  heardAt = 0;
  readonly #clock: Clock;

  constructor(channel: Channel, clock: Clock) {
    super(channel);
    this.#clock = clock;
  }

  override attach(handler: ChannelHandler): void {
    this.channel.attach({
      onBytes: (bytes) => {
        this.heardAt = this.#clock.monotonic();
        handler.onBytes(bytes);
      },
      onEnd: () => handler.onEnd(),
      onDrain: () => {
        this.isClogged = false;
        this.onRoom();
      },
      onClose: (error) => handler.onClose(error),
    });
  }

  override write(bytes: Uint8Array): boolean {
    if (!this.channel.write(bytes)) this.isClogged = true;
    return true;
  }
}
