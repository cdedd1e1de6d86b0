import type { Refusal } from '@inkwire/kv';
import type { CommandKind } from '@inkwire/wire';
import { hungUp } from '../errors.ts';
import type { Session } from './session.ts';

/** The sender of the commands of one stream: its connection's session, and whether the stream is still open. */
export class Caller {
  readonly session: Session;
  #hangUp: AbortController | undefined;
  #isGone = false;
  #isListening = false;

  constructor(session: Session) {
    this.session = session;
  }

  /** Aborts when the stream has ended. Made on the first use, as most streams never read a picture. */
  get signal(): AbortSignal {
    this.#hangUp ??= new AbortController();
    if (this.#isGone) this.#hangUp.abort(hungUp());
    return this.#hangUp.signal;
  }

  /** Whether a command may be carried out. A stream that has asked to listen counts as a subscription until its end. */
  permit(kind: CommandKind, name: string): Refusal | undefined {
    const refused = this.session.permit(kind, name);
    if (refused !== undefined || kind !== 'subscribe' || this.#isListening) return refused;
    const tooMany = this.session.takeSubscription();
    this.#isListening = tooMany === undefined;
    return tooMany;
  }

  /** The stream is over. */
  leave(): void {
    this.#isGone = true;
    this.#hangUp?.abort(hungUp());
    if (this.#isListening) this.session.giveSubscriptionBack();
    this.#isListening = false;
  }
}
