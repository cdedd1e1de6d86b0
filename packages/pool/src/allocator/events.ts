import type { LeaseReply, LeaseReport } from './messages.ts';
import type { AdmittedClient } from './options.ts';

/** An event that an allocator handles. The last five answer its actions. */
export type AllocatorEvent =
  | { readonly kind: 'report'; readonly report: LeaseReport }
  | { readonly kind: 'tick' }
  /** An operator says that the silent incarnations of a name have no session and will have none. */
  | { readonly kind: 'forget'; readonly name: string }
  /** The latest epoch of the store; undefined when it could not be read. */
  | { readonly kind: 'epoch-read'; readonly epoch: number | undefined }
  | { readonly kind: 'admitted' | 'admit-failed'; readonly client: AdmittedClient }
  | { readonly kind: 'fenced' | 'fence-failed'; readonly client: AdmittedClient };

/** An action that the owner of an allocator has to take. Actions are taken in order. */
export type AllocatorAction =
  /** To be sent to the client that it names; it may be lost. */
  | { readonly kind: 'reply'; readonly reply: LeaseReply }
  /** To be written down; once that is durable, `admitted`. */
  | { readonly kind: 'admit'; readonly client: AdmittedClient }
  /** The client is to be removed from disk; nothing waits for it. */
  | { readonly kind: 'forget'; readonly client: AdmittedClient }
  /** A client has reported a later epoch, `heard`. Read the latest epoch of the store; then send `epoch-read`. */
  | { readonly kind: 'read-epoch'; readonly heard: number }
  /** To end its sessions and keep others from being opened; once none is left and none can come, `fenced`. */
  | { readonly kind: 'fence'; readonly client: AdmittedClient }
  /** The clients on disk are all that there are, from now on. */
  | { readonly kind: 'learned' };
