import { useSignal } from '@preact/signals';
import type { Figure } from '../api.ts';
import { languageTag, words } from '../words/language.ts';
import { darkness, worstMistakes } from './confusion.ts';
import { setName } from './set-name.ts';

const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const shownMistakes = 5;

/** The digits that the reader confuses: the whole matrix as a heat map, and its worst cells in words. */
export function Confusion({ figures }: { figures: readonly Figure[] }) {
  // The test set says most: nothing was chosen by it.
  const chosen = useSignal(
    Math.max(
      0,
      figures.findIndex(({ set }) => set.endsWith('test')),
    ),
  );
  const { confusion, confusionHint, sets, setParts } = words.value.model;
  const figure = figures[chosen.value] ?? figures[0]!;
  return (
    <section class="confusion" aria-labelledby="confusion-heading">
      <h3 id="confusion-heading">{confusion}</h3>
      <p class="model-note">{confusionHint}</p>
      {figures.length > 1 && (
        <fieldset class="sets">
          <legend class="unseen">{sets}</legend>
          {figures.map(({ set }, index) => (
            <label key={set}>
              <input
                type="radio"
                name="set"
                class="unseen"
                checked={figure.set === set}
                onChange={() => void (chosen.value = index)}
              />
              <span>{setName(set, setParts)}</span>
            </label>
          ))}
        </fieldset>
      )}
      <div class="confusion-body">
        <HeatMap figure={figure} />
        <Worst figure={figure} />
      </div>
    </section>
  );
}

function HeatMap({ figure: { set, confusion } }: { figure: Figure }) {
  const { confusionOf, written, read, setParts } = words.value.model;
  return (
    <div class="heat">
      <span class="heat-read" aria-hidden="true">
        {read}
      </span>
      <span class="heat-written" aria-hidden="true">
        {written}
      </span>
      <table>
        <caption class="unseen">{confusionOf(setName(set, setParts))}</caption>
        <thead>
          <tr>
            <td />
            {digits.map((digit) => (
              <th key={digit} scope="col">
                {digit}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {digits.map((digit) => (
            <tr key={digit}>
              <th scope="row">{digit}</th>
              {digits.map((candidate) => (
                <Cell key={candidate} written={digit} read={candidate} confusion={confusion} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({
  written,
  read,
  confusion,
}: {
  written: number;
  read: number;
  confusion: Figure['confusion'];
}) {
  const times = confusion[written]?.[read] ?? 0;
  const count = times.toLocaleString(languageTag.value);
  const title = words.value.model.cell(written, read, count);
  if (written === read)
    return (
      <td data-right title={title}>
        {count}
      </td>
    );
  const heat = darkness(confusion, times);
  return (
    <td data-dark={heat > 0.6} title={title} style={{ '--heat': heat.toFixed(3) }}>
      {times > 0 ? count : <span class="unseen">0</span>}
    </td>
  );
}

function Worst({ figure: { confusion } }: { figure: Figure }) {
  const { most, mixedUp, flawless } = words.value.model;
  const mistakes = worstMistakes(confusion, shownMistakes);
  return (
    <div class="worst">
      <h4>{most}</h4>
      {mistakes.length === 0 && <p>{flawless}</p>}
      <ol>
        {mistakes.map(({ written, read, times }) => (
          <li key={`${written}${read}`}>{mixedUp(written, read, times.toLocaleString(languageTag.value))}</li>
        ))}
      </ol>
    </div>
  );
}
