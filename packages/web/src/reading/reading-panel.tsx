import type { Reading } from '@inkwire/wire/hub';
import { CheckIcon, EnterIcon } from '../frame/icons.tsx';
import { keep, keepable, keeping, outcome } from '../sheet/keep-readings.ts';
import { pictures, retryPicture, shownPicture } from '../sheet/pictures.ts';
import { liveStroke, preview, retryPreview, strokes } from '../sheet/sheet-ink.ts';
import { readingHref } from '../view.ts';
import { words } from '../words/language.ts';
import { CellTable } from './cell-table.tsx';
import { DigitCards } from './digit-cards.tsx';
import { ProblemNote } from './problem-note.tsx';
import { ReadNumber } from './read-number.tsx';
import { ReadingConfidence } from './reading-confidence.tsx';

/** Below the sheet: what it says, how sure the reader is, and the button that keeps it. */
export function ReadingPanel() {
  return (
    <section class="reading" aria-labelledby="reading-heading">
      <h2 id="reading-heading" class="unseen">
        {words.value.reading.heading}
      </h2>
      <div class="reading-body">
        <Body />
      </div>
      <KeepButton />
    </section>
  );
}

function Body() {
  if (outcome.value.problem) return <ProblemNote problem={outcome.value.problem} />;
  if (shownPicture.value) return <PictureReading />;
  if (pictures.value.length > 0) return <Summary />;
  if (strokes.value.length > 0 || liveStroke.value) return <InkReading />;
  return outcome.value.kept ? (
    <Kept readings={outcome.value.kept} />
  ) : (
    <Hint text={words.value.reading.empty} />
  );
}

function InkReading() {
  const { reading, problem, retryAt } = preview.value;
  const isUnderWay = liveStroke.value !== undefined && problem?.kind === 'noneFound';
  if (problem && !isUnderWay) {
    return (
      <ProblemNote
        problem={problem}
        retryAt={retryAt}
        onRetry={retryAt === undefined ? undefined : retryPreview}
      />
    );
  }
  return reading ? <Read reading={reading} /> : <Hint text={words.value.reading.inProgress} />;
}

function PictureReading() {
  const picture = shownPicture.value!;
  const { reading, problem } = picture;
  if (problem) {
    const passes = problem.retryAfterMs !== undefined;
    return <ProblemNote problem={problem} onRetry={passes ? () => retryPicture(picture) : undefined} />;
  }
  return reading ? <Read reading={reading} /> : <Hint text={words.value.reading.inProgress} />;
}

function Read({ reading }: { reading: Reading }) {
  return (
    <>
      <div class="reading-line">
        <ReadNumber reading={reading} />
        <ReadingConfidence reading={reading} />
      </div>
      {reading.cells && <CellTable cells={reading.cells} />}
      <DigitCards reading={reading} />
    </>
  );
}

/** Of several pictures: how many were read; of samples, how many rightly. */
function Summary() {
  const { samplesRight, picturesRead } = words.value.reading;
  const all = pictures.value;
  const labelled = all.filter(({ reading }) => reading?.label !== undefined);
  const right = labelled.filter(({ reading }) => reading!.label === reading!.text);
  const read = all.filter(({ reading }) => reading);
  const text =
    labelled.length === all.length
      ? samplesRight(right.length, all.length)
      : picturesRead(read.length, all.length);
  return <p class="summary">{text}</p>;
}

function Kept({ readings }: { readings: readonly Reading[] }) {
  const [only] = readings;
  const { kept, keptMany } = words.value.reading;
  return (
    <p class="kept-note">
      <CheckIcon />
      {readings.length === 1 && only ? (
        <a href={readingHref(only.id)}>{kept(only.written)}</a>
      ) : (
        keptMany(readings.length)
      )}
    </p>
  );
}

const Hint = ({ text }: { text: string }) => <p class="hint">{text}</p>;

function KeepButton() {
  const { keep: one, keepAll, keeping: busy } = words.value.reading;
  const count = keepable.value;
  const label = count > 1 ? keepAll(count) : one;
  return (
    <button
      type="button"
      class="keep-button"
      disabled={count === 0 || keeping.value}
      onClick={() => void keep()}
    >
      {keeping.value ? busy : label}
      <EnterIcon />
    </button>
  );
}
