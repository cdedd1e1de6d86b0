// Serves the page and the HTTP interface, has a drawing read over HTTP, and is notified of the reading.
// Run: node examples/hub.js
import { openReader } from '@inkwire/digits';
import { $inbox, $members, $readings, createHub, createWireService, listenHttp } from '@inkwire/hub';
import { createMemoryReadings } from '@inkwire/readings';
import { pageDirectory } from '@inkwire/web';

const reader = await openReader();
const readings = createMemoryReadings();
const hub = createHub({ reader, readings });
const wire = createWireService({ system: [$members, $inbox, $readings(hub)] });
const listener = await listenHttp({ hub, wire }, { port: 0, page: pageDirectory });

hub.onReading(({ kind, reading }) => console.log(`${kind} ${reading.text}`));

const line = [
  [10, 10],
  [10, 60],
];
const response = await fetch(`${listener.url}/api/readings`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ strokes: [line] }),
});
const { readings: answer } = await response.json();
console.log(response.status, answer[0].text, answer[0].source);

await listener.close();
await wire.close();
await hub.close();
await readings.close();
await reader.close();

// Prints:
// kept 1
// 201 1 …
