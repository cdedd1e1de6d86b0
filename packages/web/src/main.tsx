import { render } from 'preact';
import { App } from './app.tsx';
import { updateCurrentTime } from './current-time.ts';
import { loadHubPanelsAfterPaint } from './load-hub-panels.ts';
import { countInTitle } from './people/unread-title.ts';
import { announceReadings } from './reading/announce-readings.ts';
import { receiveWhileVisible } from './reading-events.ts';
import { fetchOpenedReading } from './readings/open-reading.ts';
import { load } from './readings/reading-store.ts';
import { removeBeforeUnload } from './readings/remove-reading.ts';
import { receiveDropsAndPastes } from './sheet/receive-pictures.ts';
import { readInkAsWritten } from './sheet/sheet-ink.ts';
import { listenToKeys } from './sheet/shortcuts.ts';
import { dressDocument } from './theme.ts';
import { followAddress } from './view.ts';
import { labelDocument } from './words/language.ts';
import './style/index.css';

dressDocument(document.documentElement);
labelDocument(document.documentElement);
followAddress(window);
updateCurrentTime();

readInkAsWritten();
announceReadings();
receiveDropsAndPastes(document);
listenToKeys(document);

load();
receiveWhileVisible();
fetchOpenedReading();
removeBeforeUnload(window);

render(<App />, document.getElementById('app')!);

countInTitle(document);
loadHubPanelsAfterPaint();
