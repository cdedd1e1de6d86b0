import { type Channel, type ChannelHandler, DelegatingChannel } from '@inkwire/wire';

/** Who is told of a channel before its handler is. */
export interface ChannelWatcher {
  /** The peer sends no more. */
  onEnd?(): void;
  /** The channel is over. */
  onClose(): void;
}

/** The same channel, watched by somebody else than its handler. */
export class WatchedChannel extends DelegatingChannel {
  readonly #watcher: ChannelWatcher;

  constructor(channel: Channel, watcher: ChannelWatcher) {
    super(channel);
    this.#watcher = watcher;
  }

  override attach(handler: ChannelHandler): void {
    this.channel.attach({
      onBytes: (bytes) => handler.onBytes(bytes),
      onEnd: () => {
        this.#watcher.onEnd?.();
        handler.onEnd();
      },
      onDrain: () => handler.onDrain(),
      onClose: (error) => {
        this.#watcher.onClose();
        handler.onClose(error);
      },
    });
  }
}
