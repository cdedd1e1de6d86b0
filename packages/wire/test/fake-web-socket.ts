import type { WebSocketEvent, WebSocketLike } from '../src/index.ts';

/** A WebSocket of `ws` that is open, goes nowhere and notes what is asked of it. */
export class FakeWebSocket implements WebSocketLike {
  binaryType = 'nodebuffer';
  bufferedAmount = 0;
  readyState = 1;
  readonly url = 'ws://127.0.0.1:1/wire';
  readonly calls: string[] = [];
  readonly #listeners: [name: string, listener: (event: WebSocketEvent) => void][] = [];
  #unsent: (() => void)[] = [];

  send(data: Uint8Array, sent: () => void = () => {}): void {
    this.calls.push(`send ${data.length}`);
    this.bufferedAmount += data.length;
    this.#unsent.push(sent);
  }

  /** The system takes what was sent so far but for `left` bytes. */
  take(left = 0): void {
    this.bufferedAmount = left;
    for (const sent of this.#unsent.splice(0)) sent();
  }

  close(code?: number): void {
    this.calls.push(`close ${code}`);
    this.readyState = 2;
  }

  pause(): void {}
  resume(): void {}

  terminate(): void {
    this.calls.push('terminate');
  }

  ping(): void {
    this.calls.push('ping');
  }

  addEventListener(type: string, listener: (event: WebSocketEvent) => void): void {
    this.#listeners.push([type, listener]);
  }

  on(event: string, listener: () => void): void {
    this.#listeners.push([event, listener]);
  }

  tell(type: string, event: Partial<WebSocketEvent> = {}): void {
    for (const [name, listener] of this.#listeners) if (name === type) listener({ type, ...event });
  }
}
