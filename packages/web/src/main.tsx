import { render } from 'preact';
import { App } from './app.tsx';
import { listenWhileSeen } from './live.ts';
import { keepTime } from './now.ts';
import { announceReadings } from './reading/announce-readings.ts';
import { load } from './readings/kept.ts';
import { fetchOpened } from './readings/opened.ts';
import { removeBeforeLeaving } from './readings/removing.ts';
import { letPicturesIn } from './sheet/incoming.ts';
import { readInkAsWritten } from './sheet/ink.ts';
import { listenToKeys } from './sheet/shortcuts.ts';
import { dressDocument } from './theme.ts';
import { followAddress } from './view.ts';
import { loadWireAfterPaint } from './wire/loading.ts';
import { countInTitle } from './wire/unread-title.ts';
import { labelDocument } from './words/language.ts';
import './style/index.css';

dressDocument(document.documentElement);
labelDocument(document.documentElement);
followAddress(window);
keepTime();

readInkAsWritten();
announceReadings();
letPicturesIn(document);
listenToKeys(document);

load();
listenWhileSeen();
fetchOpened();
removeBeforeLeaving(window);

render(<App />, document.getElementById('app')!);

countInTitle(document);
loadWireAfterPaint();
