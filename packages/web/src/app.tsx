import { Announcer } from './frame/announcer.tsx';
import { Header } from './frame/header.tsx';
import { Notices } from './frame/notices.tsx';
import { loadedPeople, loadedPool } from './load-hub-panels.ts';
import { ModelView } from './model/model-view.tsx';
import { ReadingPanel } from './reading/reading-panel.tsx';
import { ReadingDialog } from './readings/reading-dialog.tsx';
import { ReadingsPanel } from './readings/readings-panel.tsx';
import { Sheet } from './sheet/sheet.tsx';
import { Toolbar } from './sheet/toolbar.tsx';
import { view } from './view.ts';
import { words } from './words/language.ts';

/**
 * The whole page. A wide one shows the sheet, and beside it the readings or the people; the pool and the reader are pages of
 * their own. A narrow one shows one of them. The sheet and the readings stay in the document either way: ink is not lost by looking.
 */
export function App() {
  return (
    <div class="app" data-view={view.value}>
      <button type="button" class="skip" onClick={focusSheet}>
        {words.value.nav.skip}
      </button>
      <Header />
      <main class="main">
        <div class="desk" hidden={view.value === 'model' || view.value === 'pool'}>
          <section class="writing" aria-label={words.value.sheet.heading}>
            <Sheet />
            <Toolbar />
            <ReadingPanel />
          </section>
          <ReadingsPanel />
          {view.value === 'wire' && <Loaded panel={loadedPeople} />}
        </div>
        {view.value === 'pool' && <Loaded panel={loadedPool} />}
        {view.value === 'model' && <ModelView />}
      </main>
      <Notices />
      <Announcer />
      <ReadingDialog />
    </div>
  );
}

/** A view whose code arrives after the page. */
function Loaded({ panel: { value: Panel } }: { panel: typeof loadedPeople }) {
  return Panel ? <Panel /> : <p class="hint">{words.value.people.connecting}</p>;
}

function focusSheet(): void {
  location.hash = '#/write';
  requestAnimationFrame(() => document.getElementById('sheet')?.focus());
}
