import { csvUrl } from '../api.ts';
import { DownloadIcon, SearchIcon } from '../frame/icons.tsx';
import { ProblemNote } from '../reading/problem-note.tsx';
import { isReceiving } from '../reading-events.ts';
import { words } from '../words/language.ts';
import { LongList } from './long-list.tsx';
import { ReadingRow } from './reading-row.tsx';
import {
  filter,
  keptReadings,
  loadAgain,
  loading,
  loadMore,
  loadProblem,
  nextCursor,
  searchReadings,
} from './reading-store.ts';

const rowHeight = 76;

/** Everything that was kept: to find, to open, to correct, to remove and to take away as CSV. */
export function ReadingsPanel() {
  const { heading, csv, csvHint } = words.value.readings;
  return (
    <section class="readings" aria-labelledby="readings-heading">
      <header class="readings-head">
        <h2 id="readings-heading" tabIndex={-1}>
          {heading}
        </h2>
        <LiveState />
        <a class="csv quiet-button" href={csvUrl} download="readings.csv" title={csvHint}>
          <DownloadIcon />
          {csv}
        </a>
      </header>
      <Finder />
      <div class="readings-scroll">
        <List />
      </div>
    </section>
  );
}

function LiveState() {
  if (isReceiving.value === undefined) return null;
  const { live, away } = words.value.readings;
  return (
    <span class="live-state" data-live={isReceiving.value}>
      {isReceiving.value ? live : away}
    </span>
  );
}

function Finder() {
  const { search, searchPlaceholder, unsureOnly } = words.value.readings;
  return (
    <search class="finder">
      <label class="finder-field">
        <SearchIcon />
        <span class="unseen">{search}</span>
        <input
          type="search"
          inputMode="decimal"
          placeholder={searchPlaceholder}
          value={filter.value.text}
          onInput={(event) => searchReadings({ text: event.currentTarget.value.trim() })}
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <label class="finder-unsure">
        <input
          type="checkbox"
          class="unseen"
          checked={filter.value.unsure}
          onChange={(event) => searchReadings({ unsure: event.currentTarget.checked })}
        />
        <span>{unsureOnly}</span>
      </label>
    </search>
  );
}

function List() {
  const { heading, more, loading: busy } = words.value.readings;
  return (
    <>
      {keptReadings.value.length === 0 && nextCursor.value === null && <Nothing />}
      <LongList
        items={keptReadings.value}
        keyOf={({ id }) => id}
        rowHeight={rowHeight}
        label={heading}
        row={(reading) => <ReadingRow reading={reading} />}
        onEnd={loadMore}
      />
      {loadProblem.value && <ProblemNote problem={loadProblem.value} onRetry={loadAgain} />}
      {loading.value && <p class="readings-foot">{busy}</p>}
      {!loading.value && nextCursor.value && !loadProblem.value && (
        <p class="readings-foot">
          <button type="button" class="quiet-button" onClick={loadMore}>
            {more}
          </button>
        </p>
      )}
    </>
  );
}

function Nothing() {
  const { none, noneFound, clearSearch } = words.value.readings;
  const isSearching = filter.value.text !== '' || filter.value.unsure;
  return (
    <div class="readings-none">
      <p>{isSearching ? noneFound : none}</p>
      {isSearching && (
        <button
          type="button"
          class="quiet-button"
          onClick={() => searchReadings({ text: '', unsure: false })}
        >
          {clearSearch}
        </button>
      )}
    </div>
  );
}
