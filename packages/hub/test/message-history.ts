/*
 * Checks what hubs promise of messages (docs/hubs.md) against a history: what publishers and subscribers saw, in the order in
 * which the one process that drives them saw it.
 */

/** One thing that was seen. */
export type Seen =
  /** The subscription was answered with 200. */
  | { readonly kind: 'subscribed'; readonly subscriber: string; readonly topic: string }
  | { readonly kind: 'unsubscribed'; readonly subscriber: string }
  /** A publish was begun. Sequences of a publisher grow. */
  | {
      readonly kind: 'published';
      readonly publisher: string;
      readonly topic: string;
      readonly sequence: number;
    }
  /** It was answered by an error. */
  | { readonly kind: 'refused'; readonly publisher: string; readonly sequence: number }
  | {
      readonly kind: 'received';
      readonly subscriber: string;
      readonly publisher: string;
      readonly sequence: number;
    }
  /** Something is broken from here on, or is whole again. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'whole' }
  /** All that is on its way has arrived. */
  | { readonly kind: 'settled' };

/** What contradicts the promises, a sentence each. Empty: nothing does. */
export function faultsOf(history: readonly Seen[]): readonly string[] {
  const faults: string[] = [];
  const published = new Map<string, { readonly at: number; readonly topic: string; isRefused: boolean }>();
  const subscriptions = new Map<string, { readonly topic: string; readonly from: number; to: number }>();
  const received = new Map<string, Set<string>>();
  const last = new Map<string, number>();
  for (const [at, seen] of history.entries()) {
    switch (seen.kind) {
      case 'subscribed':
        subscriptions.set(seen.subscriber, { topic: seen.topic, from: at, to: history.length });
        received.set(seen.subscriber, new Set());
        break;
      case 'unsubscribed':
        subscriptions.get(seen.subscriber)!.to = at;
        break;
      case 'published':
        published.set(`${seen.publisher}#${seen.sequence}`, { at, topic: seen.topic, isRefused: false });
        break;
      case 'refused':
        published.get(`${seen.publisher}#${seen.sequence}`)!.isRefused = true;
        break;
      case 'received': {
        const { subscriber, publisher, sequence } = seen;
        const message = `${publisher}#${sequence}`;
        const whose = `${subscriber} of ${publisher}`;
        const own = received.get(subscriber);
        const topic = subscriptions.get(subscriber)?.topic;
        if (own === undefined) faults.push(`${subscriber} received ${message} before it was subscribed`);
        else if (own.has(message)) faults.push(`${subscriber} received ${message} twice`);
        else if (sequence < (last.get(whose) ?? -1))
          faults.push(`${subscriber} received ${message} out of order`);
        if (published.get(message)?.topic !== topic)
          faults.push(`${subscriber} received ${message}, which was not published there`);
        own?.add(message);
        last.set(whose, Math.max(sequence, last.get(whose) ?? -1));
        break;
      }
    }
  }
  for (const [message, { at, topic, isRefused }] of published) {
    for (const [subscriber, subscription] of subscriptions) {
      const isReceived = received.get(subscriber)!.has(message);
      if (isRefused && isReceived) faults.push(`${subscriber} received ${message}, which was refused`);
      const isFor = subscription.topic === topic && subscription.from < at && at < subscription.to;
      if (isReceived || isRefused || !isFor || isExcused(history, at)) continue;
      faults.push(`${subscriber} lost ${message}`);
    }
  }
  return faults;
}

/** Whether something was broken at that moment, or before all that was on its way had arrived. */
function isExcused(history: readonly Seen[], at: number): boolean {
  const before = history.slice(0, at).findLast(({ kind }) => kind === 'broken' || kind === 'whole');
  if (before?.kind === 'broken') return true;
  for (const { kind } of history.slice(at)) {
    if (kind === 'broken') return true;
    if (kind === 'settled') return false;
  }
  return false;
}
