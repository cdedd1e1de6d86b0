import { csvUrl } from '../api.ts';
import { DownloadIcon, SearchIcon } from '../frame/icons.tsx';
import { hearing } from '../live.ts';
import { ProblemNote } from '../reading/problem-note.tsx';
import { words } from '../words/language.ts';
import { kept, loadAgain, loading, loadMore, loadProblem, look, next, wanted } from './kept.ts';
import { LongList } from './long-list.tsx';
import { ReadingRow } from './reading-row.tsx';

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
        <Hearing />
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

function Hearing() {
  if (hearing.value === undefined) return null;
  const { live, away } = words.value.readings;
  return (
    <span class="hearing" data-hearing={hearing.value}>
      {hearing.value ? live : away}
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
          value={wanted.value.text}
          onInput={(event) => look({ text: event.currentTarget.value.trim() })}
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <label class="finder-unsure">
        <input
          type="checkbox"
          class="unseen"
          checked={wanted.value.unsure}
          onChange={(event) => look({ unsure: event.currentTarget.checked })}
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
      {kept.value.length === 0 && next.value === null && <Nothing />}
      <LongList
        items={kept.value}
        keyOf={({ id }) => id}
        rowHeight={rowHeight}
        label={heading}
        row={(reading) => <ReadingRow reading={reading} />}
        onEnd={loadMore}
      />
      {loadProblem.value && <ProblemNote problem={loadProblem.value} onRetry={loadAgain} />}
      {loading.value && <p class="readings-foot">{busy}</p>}
      {!loading.value && next.value && !loadProblem.value && (
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
  const isSearching = wanted.value.text !== '' || wanted.value.unsure;
  return (
    <div class="readings-none">
      <p>{isSearching ? noneFound : none}</p>
      {isSearching && (
        <button type="button" class="quiet-button" onClick={() => look({ text: '', unsure: false })}>
          {clearSearch}
        </button>
      )}
    </div>
  );
}
