import type { Reading } from '@inkwire/wire/hub';
import { useEffect, useRef } from 'preact/hooks';
import { pictureUrl, preparedUrl } from '../api.ts';
import { formatPercent } from '../format-percent.ts';
import { Fact } from '../frame/fact.tsx';
import { BinIcon, CloseIcon } from '../frame/icons.tsx';
import { Tool } from '../frame/tool.tsx';
import { CellTable } from '../reading/cell-table.tsx';
import { DigitBoxes } from '../reading/digit-boxes.tsx';
import { DigitCards } from '../reading/digit-cards.tsx';
import { ProblemNote } from '../reading/problem-note.tsx';
import { closeReading, openReading } from '../view.ts';
import { languageTag, words } from '../words/language.ts';
import { correctReading } from './correct-reading.ts';
import { openedProblem, openedReading, refreshOpened } from './open-reading.ts';
import { textOf } from './reading-list.ts';
import { RelativeTime } from './reading-meta.tsx';
import { ReadingText } from './reading-text.tsx';
import { removeReading } from './remove-reading.ts';
import { sourceName } from './source-name.ts';

/** The dialog with one reading in detail. */
export function ReadingDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = openReading.value !== undefined;
  useEffect(() => {
    if (isOpen && !dialog.current!.open) dialog.current!.showModal();
    if (!isOpen) dialog.current!.close();
  }, [isOpen]);

  const reading = openedReading.value;
  const text = reading ? textOf(reading) : '';
  return (
    <dialog
      ref={dialog}
      class="reading-dialog"
      aria-label={words.value.detail.heading(text)}
      onClose={closeReading}
      closedby="any"
    >
      {isOpen && (
        <div class="reading-dialog-sheet">
          <Tool
            class="tool reading-dialog-close"
            label={words.value.detail.close}
            onClick={() => dialog.current?.close()}
          >
            <CloseIcon />
          </Tool>
          {reading && <Detail reading={reading} />}
          {!reading && openedProblem.value && <ProblemNote problem={openedProblem.value} />}
        </div>
      )}
    </dialog>
  );
}

function Detail({ reading }: { reading: Reading }) {
  return (
    <>
      <a
        class="print"
        href={pictureUrl(reading.id)}
        target="_blank"
        rel="noreferrer"
        title={words.value.detail.openPicture}
        style={{ '--ratio': String(reading.width / reading.height) }}
      >
        <img
          class="file-picture"
          src={pictureUrl(reading.id)}
          alt={words.value.detail.picture}
          data-tiny={reading.width < 120 && reading.height < 120}
        />
        <DigitBoxes reading={reading} />
      </a>
      <div class="reading-dialog-head">
        <h2 class="number" data-length={reading.written.length > 12 ? 'long' : 'short'}>
          <ReadingText reading={reading} />
        </h2>
        <Correction key={reading.id} reading={reading} />
      </div>
      {reading.cells && <CellTable cells={reading.cells} />}
      <Facts reading={reading} />
      <DigitCards reading={reading} prepared={(index) => preparedUrl(reading.id, index)} />
    </>
  );
}

function Correction({ reading }: { reading: Reading }) {
  const field = useRef<HTMLInputElement>(null);
  const { correct: label, correctLabel, undoCorrection, remove: removeLabel } = words.value.readings;

  async function save(text: string | null): Promise<void> {
    const answer = await correctReading(reading, text);
    if (answer) refreshOpened(answer);
    if (field.current) field.current.value = '';
  }

  function onSubmit(event: Event): void {
    event.preventDefault();
    if (field.current!.value.trim()) void save(field.current!.value);
  }

  function onRemove(): void {
    closeReading();
    removeReading(reading);
  }

  return (
    <form class="reading-dialog-correction" onSubmit={onSubmit}>
      <input
        ref={field}
        class="correction-field"
        aria-label={correctLabel(reading.written)}
        placeholder={textOf(reading)}
        inputMode="decimal"
        maxLength={200}
        autocomplete="off"
        spellcheck={false}
      />
      <button type="submit" class="quiet-button">
        {label}
      </button>
      {reading.corrected !== null && (
        <button type="button" class="quiet-button" onClick={() => void save(null)}>
          {undoCorrection}
        </button>
      )}
      <Tool label={removeLabel} onClick={onRemove}>
        <BinIcon />
      </Tool>
    </form>
  );
}

function Facts({ reading }: { reading: Reading }) {
  const { time, source, model, confidence, truth } = words.value.detail;
  return (
    <dl class="facts">
      <Fact label={confidence} data-unsure={reading.unsure}>
        {formatPercent(reading.confidence, languageTag.value)}
        {reading.unsure && `, ${words.value.reading.unsure}`}
      </Fact>
      <Fact label={time}>
        <RelativeTime time={reading.time} />
      </Fact>
      <Fact label={source}>{sourceName(reading.source, words.value.source)}</Fact>
      {reading.label !== undefined && <Fact label={truth}>{reading.label}</Fact>}
      <Fact label={model} mono>
        {reading.model}
      </Fact>
    </dl>
  );
}
