import { useEffect } from 'preact/hooks';
import type { Model } from '../api.ts';
import { Fact } from '../frame/fact.tsx';
import { SamplesIcon } from '../frame/icons.tsx';
import { SheetView } from '../frame/sheet-view.tsx';
import { ProblemNote } from '../reading/problem-note.tsx';
import { keeping, trySamples } from '../sheet/keep-readings.ts';
import { viewHref } from '../view.ts';
import { languageTag, words } from '../words/language.ts';
import { Confusion } from './confusion-table.tsx';
import { Figures } from './figures.tsx';
import { fetchModel, fetchModelOnce, model, modelProblem, weights } from './model-state.ts';
import { WeightPictures } from './weight-pictures.tsx';

/** The view of the model: its accuracy, its mistakes, and the pixels that it uses. */
export function ModelView() {
  useEffect(fetchModelOnce, []);
  const { heading, lead } = words.value.model;
  return (
    <SheetView name="model" heading={heading} lead={lead}>
      {modelProblem.value && <ProblemNote problem={modelProblem.value} onRetry={fetchModel} />}
      {model.value && <About model={model.value} />}
      {weights.value && <WeightPictures weights={weights.value} />}
    </SheetView>
  );
}

function About({ model }: { model: Model }) {
  return (
    <>
      {model.figures.length > 0 ? (
        <Figures figures={model.figures} />
      ) : (
        <p class="hint">{words.value.model.notEvaluated}</p>
      )}
      <Specification model={model} />
      <TrySamples />
      {model.figures.length > 0 && <Confusion figures={model.figures} />}
    </>
  );
}

function Specification({ model: { recipe, version, parameters, trained } }: { model: Model }) {
  const labels = words.value.model;
  return (
    <dl class="facts">
      <Fact label={labels.recipe}>{recipe}</Fact>
      <Fact label={labels.version} mono>
        {version}
      </Fact>
      <Fact label={labels.parameters}>{parameters.toLocaleString(languageTag.value)}</Fact>
      {trained && (
        <Fact label={labels.trained}>
          <time dateTime={trained}>
            {new Intl.DateTimeFormat(languageTag.value, { dateStyle: 'long' }).format(new Date(trained))}
          </time>
        </Fact>
      )}
    </dl>
  );
}

function TrySamples() {
  const { trySamples: label, tryHint } = words.value.model;
  function onClick(): void {
    location.hash = viewHref('write');
    void trySamples(10);
  }
  return (
    <p class="try-samples">
      <button type="button" class="quiet-button" disabled={keeping.value} onClick={onClick}>
        <SamplesIcon />
        {label}
      </button>
      <span>{tryHint}</span>
    </p>
  );
}
