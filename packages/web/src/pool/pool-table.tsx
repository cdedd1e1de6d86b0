import type { PoolClient } from '@inkwire/wire/hub';
import { formatPercent } from '../format-percent.ts';
import { languageTag, words } from '../words/language.ts';

const mostRows = 100;

/** The clients, those that hold or wait for most first. */
export function PoolTable({
  clients,
  seats,
}: {
  clients: readonly PoolClient[];
  seats: readonly (string | undefined)[];
}) {
  const { table, client, inUse, idle, granted, waiting, longest, used, failed, more } = words.value.pool;
  const order = [...clients].sort((a, b) => weightOf(b) - weightOf(a) || a.name.localeCompare(b.name));
  const widest = Math.max(1, ...clients.map(({ max }) => max));
  return (
    <>
      <table class="pool-table">
        <caption class="unseen">{table}</caption>
        <thead>
          <tr>
            <th scope="col">{client}</th>
            <th scope="col">{inUse}</th>
            <th scope="col" class="pool-wide">
              {idle}
            </th>
            <th scope="col">{granted}</th>
            <th scope="col">{waiting}</th>
            <th scope="col" class="pool-wide">
              {longest}
            </th>
            <th scope="col" class="pool-wide">
              {used}
            </th>
            <th scope="col" class="pool-wide">
              {failed}
            </th>
          </tr>
        </thead>
        <tbody>
          {order.slice(0, mostRows).map((each) => (
            <Row key={`${each.name}/${each.incarnation}`} client={each} seats={seats} widest={widest} />
          ))}
        </tbody>
      </table>
      {order.length > mostRows && <p class="hint">{more(order.length - mostRows)}</p>}
    </>
  );
}

const weightOf = ({ inUse, idle, queued }: PoolClient) => inUse + idle + queued;

interface RowProps {
  readonly client: PoolClient;
  readonly seats: readonly (string | undefined)[];
  readonly widest: number;
}

function Row({ client, seats, widest }: RowProps) {
  const { name, inUse, idle, min, max, queued, longestWaitMs, usedRate, failureRate } = client;
  const seat = seats.indexOf(name);
  const share = (count: number) => `${(Math.min(count, widest) / widest) * 100}%`;
  const percent = (rate: number) => formatPercent(rate, languageTag.value);
  return (
    <tr data-waiting={queued > 0}>
      <th scope="row">
        <span class="pool-name">
          <i class="pool-swatch" data-seat={seat === -1 ? undefined : seat} aria-hidden="true" />
          <bdi>{name}</bdi>
          <Standing client={client} />
        </span>
        <span class="pool-bar" data-seat={seat === -1 ? undefined : seat} aria-hidden="true">
          <i class="pool-bar-granted" style={{ inlineSize: share(max) }} />
          <i class="pool-bar-open" style={{ inlineSize: share(inUse + idle) }} />
          <i class="pool-bar-used" style={{ inlineSize: share(inUse) }} />
        </span>
      </th>
      <td>{inUse}</td>
      <td class="pool-wide">{idle}</td>
      <td>
        {min}–{max}
      </td>
      <td class="pool-waiting">{queued}</td>
      <td class="pool-wide">{queued > 0 ? formatWait(longestWaitMs) : '–'}</td>
      <td class="pool-wide">{percent(usedRate)}</td>
      <td class="pool-wide">{percent(failureRate)}</td>
    </tr>
  );
}

/** The state of a client, where it is unusual. */
function Standing({ client: { state, isSilent } }: { client: PoolClient }) {
  const { states, silent } = words.value.pool;
  const word = state === 'member' ? isSilent && silent : (states[state as keyof typeof states] ?? state);
  return word ? <small class="pool-standing">{word}</small> : null;
}

function formatWait(ms: number): string {
  const seconds = ms >= 1000;
  const number = new Intl.NumberFormat(languageTag.value, { maximumFractionDigits: seconds ? 1 : 0 });
  return `${number.format(seconds ? ms / 1000 : ms)}\u202f${seconds ? 's' : 'ms'}`;
}
