import { Counter, Gauge, type Registry } from 'prom-client';

/** By their names: what each metric says, and how its number is read in what `source` gives. */
type Measures<Source, Value> = Readonly<
  Record<string, readonly [help: string, read: (source: Source) => Value]>
>;

/** Adds gauges that are read when somebody asks for them. */
export function addGauges<Source>(
  registers: Registry[],
  source: () => Source,
  gauges: Measures<Source, number | Promise<number>>,
): void {
  for (const [name, [help, read]] of Object.entries(gauges))
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await read(source()));
      },
    });
}

/** Adds counters whose numbers are counted elsewhere. */
export function addCounters<Source>(
  registers: Registry[],
  source: () => Source,
  counters: Measures<Source, number>,
): void {
  for (const [name, [help, read]] of Object.entries(counters))
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read(source()));
      },
    });
}
