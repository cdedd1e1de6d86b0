/** What operators read and apply names the metrics that a hub really has: docs/operations.md, the alarms, the dashboard. */
import { readFileSync } from 'node:fs';
import { createLeaseService } from '@inkwire/pool';
import { expect, it, onTestFinished } from 'vitest';
import { serveHub } from './served-hub.ts';

const root = new URL('../../../', import.meta.url);
const textOf = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** Every metric of a hub with an allocator, and its type. */
async function exposed(): Promise<Map<string, string>> {
  const pool = createLeaseService({ allocator: { capacity: 10, learnMs: 0 } });
  onTestFinished(() => pool.close());
  const { fetch } = await serveHub({}, { pool });
  const text = await (await fetch('/metrics')).text();
  return new Map([...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => [name!, type!]));
}

/** The metrics that a query names; a histogram's series are those of the histogram. */
function namedIn(queries: string, metrics: ReadonlyMap<string, string>): string[] {
  const names = queries.match(/\b(?:inkwire|process|nodejs)_\w+/g) ?? [];
  return names.map((name) => {
    const histogram = name.replace(/_(?:bucket|sum|count)$/, '');
    return metrics.get(histogram) === 'histogram' ? histogram : name;
  });
}

it('docs/operations.md has a row for every metric of ours, with its type, and no other', async () => {
  const metrics = await exposed();
  const ours = [...metrics].filter(([name]) => name.startsWith('inkwire_'));
  const rows = [...textOf('docs/operations.md').matchAll(/^\| `(inkwire_\w+)` \| (\w+) \| .+ \|$/gm)];
  expect(rows.map(([, name, type]) => [name, type]).sort()).toEqual(ours.sort());
});

it('the alarms name metrics that exist, and each has its row in docs/operations.md', async () => {
  const rules = textOf('deploy/prometheus/alarms.yaml');
  const metrics = await exposed();
  const named = namedIn(rules, metrics);
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((name) => !metrics.has(name))).toEqual([]);
  const alarms = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
  const rows = [...textOf('docs/operations.md').matchAll(/^\| `(Inkwire\w+)` \|/gm)].map(([, name]) => name);
  expect(rows).toEqual(alarms);
});

it('the dashboard of Grafana asks for metrics that exist', async () => {
  const { panels, templating } = JSON.parse(textOf('deploy/grafana/inkwire.json'));
  const queries: string[] = panels.flatMap(({ targets = [] }: { targets?: { expr: string }[] }) =>
    targets.map(({ expr }) => expr),
  );
  expect(queries.length).toBeGreaterThan(20);
  const metrics = await exposed();
  for (const query of [...queries, templating.list[1].query.query]) {
    const named = namedIn(query, metrics);
    expect(named.length, query).toBeGreaterThan(0);
    expect(named.filter((name) => !metrics.has(name))).toEqual([]);
  }
});
