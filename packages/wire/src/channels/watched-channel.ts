import type { Channel, ChannelHandler } from './channel.ts';
import { DelegatingChannel } from './delegating-channel.ts';

/** Functions that are called for an event of a channel, before the channel's handler. */
export type ChannelWatcher = Partial<ChannelHandler>;

/** The same channel. Its events reach a watcher before they reach the handler. */
export class WatchedChannel extends DelegatingChannel {
  readonly #watcher: ChannelWatcher;

  constructor(channel: Channel, watcher: ChannelWatcher) {
    super(channel);
    this.#watcher = watcher;
  }

  override attach(handler: ChannelHandler): void {
    const watcher = this.#watcher;
    this.channel.attach({
      onBytes(bytes) {
        watcher.onBytes?.(bytes);
        handler.onBytes(bytes);
      },
      onEnd() {
        watcher.onEnd?.();
        handler.onEnd();
      },
      onDrain() {
        watcher.onDrain?.();
        handler.onDrain();
      },
      onClose(error) {
        watcher.onClose?.(error);
        handler.onClose(error);
      },
    });
  }
}
