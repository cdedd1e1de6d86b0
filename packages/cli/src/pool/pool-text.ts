import type { PoolClient, PoolFacts } from '@inkwire/wire/hub';
import { printable } from '../output/printable.ts';
import { type Column, formatTable } from '../output/text-table.ts';

/*
 * The pool as text:
 *
 *     ████████████████▒▒▒▒▒▒▒▒░░░░░░░░  24 in use, 12 idle, 40 reserved of 48  ·  fair  ·  epoch 3
 *
 *     CLIENT                IN USE  IDLE  GRANTED  QUEUED  LONGEST WAIT    USED  FAILED
 *     web-1   ██████▒▒░░        18     6     1–30       0             –   60.0%    0.0%
 */

const columns: readonly Column[] = [
  { title: 'CLIENT' },
  { title: '' },
  { title: 'IN USE', align: 'right' },
  { title: 'IDLE', align: 'right' },
  { title: 'GRANTED', align: 'right' },
  { title: 'QUEUED', align: 'right' },
  { title: 'LONGEST WAIT', align: 'right' },
  { title: 'USED', align: 'right' },
  { title: 'FAILED', align: 'right' },
  { title: '' },
];
const longestName = 32;

/** The size of the screen; that of a pipe has no limit. */
export interface Room {
  readonly rows: number;
  readonly columns: number;
}

/** Everything at a glance, as lines. Of more clients than there is room for, those that hold or wait for most. */
export function formatPool({ total, clients }: PoolFacts, room: Room): string {
  // The totals, an empty line, the titles, and who is left out.
  const most = Math.max(1, room.rows - 4);
  const order = [...clients].sort((a, b) => a.name.localeCompare(b.name));
  const heaviest = new Set([...clients].sort((a, b) => weightOf(b) - weightOf(a)).slice(0, most));
  const shown = order.filter((client) => heaviest.has(client));
  const widest = Math.max(1, ...clients.map(({ max, held }) => Math.max(max, held)));
  const table =
    shown.length === 0
      ? 'Nobody has asked for a lease\n'
      : formatTable(
          columns,
          shown.map((client) => rowOf(client, widest)),
        );
  const left = total.clients - shown.length;
  const text = `${totalsLine({ total, clients })}\n\n${table}${left > 0 ? `… and ${left} more\n` : ''}`;
  return text
    .split('\n')
    .map((line) => [...line].slice(0, room.columns).join(''))
    .join('\n');
}

const weightOf = ({ held, queued }: PoolClient) => held + queued;

function totalsLine({ total, clients }: PoolFacts): string {
  const sum = (of: (client: PoolClient) => number) => clients.reduce((all, client) => all + of(client), 0);
  const [inUse, idle] = [sum((client) => client.inUse), sum((client) => client.idle)];
  const facts = [
    `${inUse} in use, ${idle} idle, ${total.reserved} reserved of ${total.capacity}`,
    total.spare > 0 && `${total.spare} spare`,
    total.strategy,
    `epoch ${total.epoch}`,
    total.isScarce && 'scarce',
    total.isLearning && 'learning',
    total.supersededBy !== undefined && `superseded by epoch ${total.supersededBy}`,
  ];
  return `${bar(32, total.capacity, inUse, idle, total.reserved)}  ${facts.filter(Boolean).join('  ·  ')}`;
}

function rowOf(client: PoolClient, widest: number): string[] {
  const { inUse, idle, min, max, held, queued, longestWaitMs } = client;
  return [
    nameOf(client),
    bar(16, widest, inUse, idle, Math.max(max, held)),
    String(inUse),
    String(idle),
    `${min}–${max}`,
    String(queued),
    queued === 0 ? '–' : formatWait(longestWaitMs),
    formatRate(client.usedRate),
    formatRate(client.failureRate),
    standingOf(client),
  ];
}

/** `█` in use, `▒` idle, `░` granted; of `all`. What is there is seen, though it is little. */
function bar(width: number, all: number, inUse: number, idle: number, granted: number): string {
  const cells = (count: number) =>
    Math.min(width, Math.max(Math.sign(count), Math.round((count / all) * width)));
  const [used, open, most] = [cells(inUse), cells(inUse + idle), cells(Math.max(granted, inUse + idle))];
  return '█'.repeat(used) + '▒'.repeat(open - used) + '░'.repeat(most - open);
}

const nameOf = ({ name }: PoolClient) => {
  const characters = [...printable(name)];
  return characters.length > longestName
    ? `${characters.slice(0, longestName - 1).join('')}…`
    : characters.join('');
};

function formatWait(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

const formatRate = (rate: number) => `${(rate * 100).toFixed(1)}%`;

/** The facts that are not as usual. */
function standingOf({ state, isSilent }: PoolClient): string {
  if (state !== 'member') return state;
  return isSilent ? 'silent' : '';
}

/** One client in one line, for a pipe. */
export function formatClient(client: PoolClient): string {
  const { inUse, idle, min, max, queued, longestWaitMs, usedRate, failureRate } = client;
  const facts = [
    printable(client.name),
    `in use ${inUse}`,
    `idle ${idle}`,
    `granted ${min}–${max}`,
    `queued ${queued}`,
    `longest wait ${formatWait(longestWaitMs)}`,
    `used ${formatRate(usedRate)}`,
    `failed ${formatRate(failureRate)}`,
    standingOf(client),
  ];
  return facts.filter(Boolean).join('  ');
}
