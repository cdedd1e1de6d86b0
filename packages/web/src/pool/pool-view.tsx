import type { PoolFacts } from '@inkwire/wire/hub';
import { SheetView } from '../frame/sheet-view.tsx';
import { words } from '../words/language.ts';
import { openOf, sumOf } from './open-connections.ts';
import { PoolChart } from './pool-chart.tsx';
import { pool, poolHistory } from './pool-state.ts';
import { PoolTable } from './pool-table.tsx';

/** The connections that the hub shares: who holds, needs and waits. */
export function PoolView() {
  const { heading, lead, none } = words.value.pool;
  return (
    <SheetView name="pool" heading={heading} lead={lead}>
      {pool.value ? <Shared facts={pool.value} /> : <p class="hint">{none}</p>}
    </SheetView>
  );
}

function Shared({ facts: { total, clients } }: { facts: PoolFacts }) {
  const { open, reserved, waiting, nobody, scarce, learning, about, summary } = words.value.pool;
  const figures = [
    [open, sumOf(clients, openOf)],
    [reserved, total.reserved],
    [waiting, sumOf(clients, ({ queued }) => queued)],
  ] as const;
  const [[, openNow], , [, waitingNow]] = figures;
  return (
    <>
      <dl class="pool-figures">
        {figures.map(([label, count]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              {count}
              {label !== waiting && <small> / {total.capacity}</small>}
            </dd>
          </div>
        ))}
      </dl>
      <PoolChart
        history={poolHistory.value}
        total={total}
        summary={summary(openNow, total.capacity, waitingNow, total.clients)}
      />
      <p class="pool-note">
        {about(total.strategy, total.epoch, total.spare)}
        {total.isScarce && <strong> {scarce}</strong>}
        {total.isLearning && <strong> {learning}</strong>}
      </p>
      {clients.length > 0 ? (
        <PoolTable clients={clients} seats={poolHistory.value.seats} />
      ) : (
        <p class="hint">{nobody}</p>
      )}
    </>
  );
}
