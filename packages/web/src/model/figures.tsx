import type { Figure } from '../api.ts';
import { formatAccuracy } from '../format-percent.ts';
import { languageTag, words } from '../words/language.ts';
import { setName } from './set-name.ts';

/** The accuracy of the reader on each set, with its interval drawn to one scale for all of them. */
export function Figures({ figures }: { figures: readonly Figure[] }) {
  const floor = Math.min(...figures.map(({ interval: [low] }) => low));
  // A scale that begins a little below the worst of them and ends at certainty.
  const start = Math.max(0, Math.floor((floor - (1 - floor) * 0.25) * 200) / 200);
  return (
    <ul class="figures" aria-label={words.value.model.accuracy}>
      {figures.map((figure) => (
        <FigureRow key={figure.set} figure={figure} start={start} />
      ))}
    </ul>
  );
}

function FigureRow({ figure, start }: { figure: Figure; start: number }) {
  const { right, interval, setParts } = words.value.model;
  const [low, high] = figure.interval;
  const accuracy = (share: number): string => formatAccuracy(share, languageTag.value);
  const count = (number: number): string => number.toLocaleString(languageTag.value);
  const place = (share: number): string => `${(100 * (share - start)) / (1 - start)}%`;
  return (
    <li class="figure">
      <h3>{setName(figure.set, setParts)}</h3>
      <p class="figure-accuracy">{accuracy(figure.accuracy)}</p>
      <div class="figure-scale" aria-hidden="true">
        <i
          class="figure-interval"
          style={{ left: place(low), width: `${(100 * (high - low)) / (1 - start)}%` }}
        />
        <i class="figure-point" style={{ left: place(figure.accuracy) }} />
        <small>{accuracy(start)}</small>
        <small>{accuracy(1)}</small>
      </div>
      <p class="figure-words">
        {right(count(figure.correct), count(figure.count))}
        <br />
        {interval(accuracy(low), accuracy(high))}
      </p>
    </li>
  );
}
