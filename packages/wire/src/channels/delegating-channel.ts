import type { Channel, ChannelHandler, PeerAddress, Transport } from './channel.ts';

/** A channel that passes every call to another one: extend it to change a little. */
export class DelegatingChannel implements Channel {
  protected readonly channel: Channel;

  constructor(channel: Channel) {
    this.channel = channel;
  }

  get transport(): Transport {
    return this.channel.transport;
  }

  get peer(): PeerAddress {
    return this.channel.peer;
  }

  get maxWriteBytes(): number {
    return this.channel.maxWriteBytes;
  }

  get queuedBytes(): number {
    return this.channel.queuedBytes;
  }

  attach(handler: ChannelHandler): void {
    this.channel.attach(handler);
  }

  write(bytes: Uint8Array): boolean {
    return this.channel.write(bytes);
  }

  pause(): void {
    this.channel.pause();
  }

  resume(): void {
    this.channel.resume();
  }

  end(): void {
    this.channel.end();
  }

  destroy(error?: Error): void {
    this.channel.destroy(error);
  }
}
