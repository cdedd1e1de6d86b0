/** One process of an application: a way to the database, and the load of the clients that it plays. */
import { type OpenAccess, openAccess } from './access.ts';
import { answerOrders } from './child.ts';
import { Load } from './load.ts';
import type { Order } from './messages.ts';

let access: OpenAccess | undefined;
let options: Omit<ConstructorParameters<typeof Load>[0], 'seed'>;
let seed = 0;
let loads: Load[] = [];

answerOrders(async (order: Order) => {
  switch (order.kind) {
    case 'open': {
      const { name, workload } = order;
      const opened = (access = openAccess(name, order.access));
      seed = workload.seed;
      options = { ...workload, query: (serviceMs) => opened.query(serviceMs) };
      loads = [];
      return;
    }
    case 'need':
      for (const [index, need] of order.needs.entries()) {
        loads[index] ??= new Load({ ...options, seed: seed * 16 + index });
        loads[index].setNeed(need);
      }
      return;
    case 'begin':
      for (const load of loads) load.beginMeasuring();
      return;
    case 'end':
      return Promise.all(loads.map((load) => load.endMeasuring()));
    case 'counts':
      return { loads: loads.map((load) => load.counts), pool: access?.state() };
    case 'stop':
      await Promise.all(loads.map((load) => load.stop()));
      return;
    case 'close':
      await Promise.all(loads.map((load) => load.stop()));
      await access?.close();
  }
});
