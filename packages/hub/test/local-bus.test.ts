import { describe } from 'vitest';
import { createLocalBus, type LocalPlace } from '../src/index.ts';
import { holdsBusContract } from './bus-contract.ts';

describe('the bus within a process', () => {
  holdsBusContract(async () => {
    const bus = createLocalBus();
    return {
      connect: async (limits) => bus.join(limits),
      disconnect: async (place) => (place as LocalPlace).disconnect(),
      reconnect: async (place) => (place as LocalPlace).reconnect(),
    };
  });
});
