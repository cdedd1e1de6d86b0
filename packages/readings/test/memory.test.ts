import { createMemoryReadings } from '../src/index.ts';
import { describeReadings } from './contract.ts';

describeReadings('memory', async () => ({
  open: async ({ clock }) => createMemoryReadings({ clock }),
  durable: false,
}));
