import type { PoolTotals } from '@inkwire/wire/hub';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { words } from '../words/language.ts';
import { type History, type Layer, layersOf, spanOf } from './pool-history.ts';

const [width, height] = [720, 240];
const tickMs = 1_000;

/** Open connections over the last minutes: a colour for each client, a line for the capacity, and one for the need. */
export function PoolChart({
  history,
  total,
  summary,
}: {
  history: History;
  total: PoolTotals;
  summary: string;
}) {
  const now = useTime();
  const { minutesAgo, now: nowWord, capacity, needed } = words.value.pool;
  const layers = layersOf(history);
  const highest = Math.max(0, ...history.samples.map((sample) => sample.needed));
  const top = Math.max(total.capacity * 1.08, Math.min(highest, total.capacity * 1.6));
  const span = spanOf(history, now);
  const x = (time: number) => Math.max(0, Math.min(width, width - ((now - time) / span) * width));
  const y = (count: number) => height - (Math.min(count, top) / top) * height;
  const times = history.samples.map(({ time }) => x(time));
  const line = `M0 ${y(total.capacity).toFixed(1)}H${width}`;
  return (
    <figure class="pool-chart">
      <div class="pool-plot">
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={summary}>
          <title>{summary}</title>
          {layers.map((layer) => (
            <path key={layer.name ?? ''} class="pool-area" data-seat={layer.seat} d={area(layer, times, y)} />
          ))}
          <path
            class="pool-needed"
            d={steps(
              history.samples.map((sample) => sample.needed),
              times,
              y,
            )}
          />
          <path class="pool-capacity" d={line} />
        </svg>
        <span
          class="pool-capacity-label"
          style={{ insetBlockStart: `${(y(total.capacity) / height) * 100}%` }}
        >
          {capacity(total.capacity)}
        </span>
      </div>
      <figcaption class="pool-axis" aria-hidden="true">
        <span>{minutesAgo(span / 60_000)}</span>
        <span class="pool-needed-key">{needed}</span>
        <span>{nowWord}</span>
      </figcaption>
    </figure>
  );
}

/** A number stays as it is until another is reported. */
function steps(counts: readonly number[], times: readonly number[], y: (count: number) => number): string {
  if (counts.length === 0) return '';
  const points = counts.map(
    (count, at) =>
      `${at === 0 ? 'M' : 'H'}${at === 0 ? `${f(times[0]!)} ${f(y(count))}` : `${f(times[at]!)}V${f(y(count))}`}`,
  );
  return `${points.join('')}H${width}`;
}

function area({ from, to }: Layer, times: readonly number[], y: (count: number) => number): string {
  if (times.length === 0) return '';
  const back: string[] = [];
  for (let at = times.length - 1; at >= 0; at--) back.push(`V${f(y(from[at]!))}H${f(times[at]!)}`);
  return `${steps(to, times, y)}${back.join('')}Z`;
}

const f = (value: number) => value.toFixed(1);

/** The browser's monotonic clock, moved every second while the picture is shown. */
function useTime(): number {
  const time = useSignal(performance.now());
  useEffect(() => {
    const timer = setInterval(() => {
      time.value = performance.now();
    }, tickMs);
    return () => clearInterval(timer);
  }, []);
  return Math.max(time.value, performance.now() - tickMs);
}
