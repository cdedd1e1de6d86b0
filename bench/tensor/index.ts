/** `npm run bench -- tensor [--rounds 30] [--page [--python PYTHON]]`. */
import { parseArgs } from 'node:util';
import { pageStep } from './page-step.ts';
import { step } from './step.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    page: { type: 'boolean', default: false },
    python: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
if (values.page) await pageStep({ rounds, python: values.python });
else await step({ rounds });
