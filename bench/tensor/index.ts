/** `npm run bench -- tensor [--rounds 30]`. */
import { parseArgs } from 'node:util';
import { step } from './step.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '30' } } });
await step({ rounds: Number(values.rounds) });
