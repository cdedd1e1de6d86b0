import { systemCode } from '@inkwire/base';
import { reportFailure } from './output/failure.ts';
import { run } from './program.ts';

// `inkwire read … | head` closes the pipe early: that is the end, not an error.
process.stdout.on('error', (error) => {
  process.exit(systemCode(error) === 'EPIPE' ? process.exitCode : reportFailure(error));
});
process.on('uncaughtException', (error) => process.exit(reportFailure(error)));

await run(process.argv.slice(2));
