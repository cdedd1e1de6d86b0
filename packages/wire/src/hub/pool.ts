import type { PlainValue } from '../codec/values.ts';
import { type Fields, fieldsIn, haveType, isFields } from './json.ts';

const clientNumbers = [
  'floor',
  'ceiling',
  'weight',
  'min',
  'max',
  'held',
  'inUse',
  'idle',
  'opening',
  'closing',
  'queued',
  'longestWaitMs',
  'failures',
  'completed',
  'usedRate',
  'failureRate',
] as const;

/**
 * A client of the allocator: the value of its key in the table `$pool`, as JSON. It was granted from `min` to `max`
 * connections and may still `held` of them have open; the other numbers are as it last reported. Rates are 0…1.
 */
export interface PoolClient extends Readonly<Record<(typeof clientNumbers)[number], number>> {
  readonly name: string;
  readonly incarnation: string;
  /** `member` once it was admitted. */
  readonly state: string;
  /** Its lease is over. */
  readonly isSilent: boolean;
}

/** The totals and counts of an allocator: the key `$total` of the table `$pool`, as JSON. */
export interface PoolTotals {
  readonly epoch: number;
  readonly strategy: string;
  /** Connections that the database takes; `spare` of them are never granted. */
  readonly capacity: number;
  readonly spare: number;
  /** The connections that are shared now, at most capacity − spare, and those of them that are reserved. */
  readonly total: number;
  readonly reserved: number;
  /** The number of clients. */
  readonly clients: number;
  /** Nothing grows yet after a beginning. */
  readonly isLearning: boolean;
  /** More is needed than there is. */
  readonly isScarce: boolean;
  /** The epoch of an allocator that has taken over; absent while there is none. */
  readonly supersededBy?: number | undefined;
  /** Counts of its actions; these only grow. */
  readonly counts: Readonly<Record<string, number>>;
}

/** A message of the topic `$pool`, as JSON. Of very many clients it has those that hold or wait for most. */
export interface PoolFacts {
  readonly total: PoolTotals;
  readonly clients: readonly PoolClient[];
}

/** The key of the table `$pool` under which the totals stand; all others are clients. */
export const poolTotalsKey = '$total';

/** The table `$pool`. Undefined where no allocator runs. */
export function parsePoolTable(table: ReadonlyMap<string, PlainValue>): PoolFacts | undefined {
  const clients = [...table].filter(([key]) => key !== poolTotalsKey).map(([, value]) => fieldsIn(value));
  return factsOf(fieldsIn(table.get(poolTotalsKey)), clients);
}

/** A message of the topic `$pool`. Undefined for anything else. */
export function parsePoolMessage(value: PlainValue | undefined): PoolFacts | undefined {
  const { total, clients } = fieldsIn(value) ?? {};
  return Array.isArray(clients) ? factsOf(total, clients) : undefined;
}

/** A client's value in the table `$pool`, which the hub also answers when it has forgotten the client. */
export function parsePoolClient(value: PlainValue | undefined): PoolClient | undefined {
  const fields = fieldsIn(value);
  return fields !== undefined && isClient(fields) ? fields : undefined;
}

/** A client that is not described as it should be is left out. */
function factsOf(total: unknown, clients: readonly unknown[]): PoolFacts | undefined {
  if (!isFields(total) || !isTotals(total)) return undefined;
  return { total, clients: clients.filter((client) => isFields(client) && isClient(client)) };
}

function isTotals(fields: Fields): fields is Fields & PoolTotals {
  return (
    haveType(fields, 'number', ['epoch', 'capacity', 'spare', 'total', 'reserved', 'clients']) &&
    haveType(fields, 'boolean', ['isLearning', 'isScarce']) &&
    haveType(fields, 'string', ['strategy']) &&
    isFields(fields.counts)
  );
}

function isClient(fields: Fields): fields is Fields & PoolClient {
  return (
    haveType(fields, 'number', clientNumbers) &&
    haveType(fields, 'string', ['name', 'incarnation', 'state']) &&
    typeof fields.isSilent === 'boolean'
  );
}
