import type { Database, RunOptions } from './database.ts';
import { type Place, placeOf } from './place.ts';
import { idOf, type Row } from './row.ts';
import type { Statements } from './statements.ts';

/** The rows that there are of these ids: a query for each partition. */
export async function rowsOf(
  { database, statements }: { readonly database: Database; readonly statements: Statements },
  ids: readonly string[],
  columns: string,
  options: RunOptions,
): Promise<ReadonlyMap<string, Row>> {
  const byPlace = new Map<string, { readonly place: Place; readonly ids: string[] }>();
  for (const id of ids) {
    const place = placeOf(id);
    const key = `${place.day} ${place.bucket}`;
    if (!byPlace.has(key)) byPlace.set(key, { place, ids: [] });
    byPlace.get(key)!.ids.push(id);
  }
  const answers = await Promise.all(
    Array.from(byPlace.values(), ({ place, ids }) =>
      database.run(statements.getMany(place, ids, columns), { ...options, fetchSize: ids.length + 1 }),
    ),
  );
  return new Map(answers.flatMap(({ rows }) => rows.map((row) => [idOf(row), row] as const)));
}
