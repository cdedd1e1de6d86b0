import type { Reading } from '@inkwire/readings';

/** Something that happened to a kept reading. */
export interface ReadingEvent {
  readonly kind: 'kept' | 'corrected' | 'removed';
  /** As it is now; as it was, when it was removed. */
  readonly reading: Reading;
  /** Whether it happened on another hub, which may have readings of its own: then `hub.readings` may not have it. */
  readonly isElsewhere?: boolean;
}
