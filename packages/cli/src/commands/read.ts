import type { Reader, ReadPicture } from '@inkwire/digits';
import { type Command, Option } from 'commander';
import { askedDetector, askedModel } from '../models/asked-models.ts';
import { exitCodes, failureText } from '../output/failure.ts';
import { printable } from '../output/printable.ts';
import { inOrder } from '../read/in-order.ts';
import { readPictureBytes } from '../read/picture-bytes.ts';
import { readOutputs } from '../read/read-output.ts';
import { settingOption } from '../settings/setting-option.ts';

/** Enough to decode on every core while the model runs; the reader makes batches of what meets in it. */
const concurrency = 8;

interface ReadFlags {
  readonly json?: true;
  readonly csv?: true;
  readonly plain?: true;
  readonly model?: string;
  readonly detector?: string;
}

/** Adds `read`: pictures in, numbers out, without a server. */
export function addRead(program: Command): void {
  program
    .command('read')
    .description('read pictures without a server')
    .argument('<FILE...>', 'pictures; - is the standard input')
    .addOption(new Option('--json', 'write a JSON object a line').conflicts('csv'))
    .option('--csv', 'write CSV (RFC 4180) with a header')
    .option('--plain', 'the plain preparation of one digit, for comparison: resize, invert, threshold')
    .addOption(settingOption('model'))
    .addOption(settingOption('detector'))
    .action(read);
}

async function read(files: readonly string[], flags: ReadFlags): Promise<void> {
  const { openReader } = await import('@inkwire/digits');
  await using reader = await openReader({
    model: await askedModel(flags.model),
    detector: await askedDetector(flags.detector),
  });

  const model = `${reader.card.recipe} ${reader.card.version}`;
  const output = readOutputs[flags.json ? 'json' : flags.csv ? 'csv' : 'text'];
  process.stdout.write(output.header);
  for await (const { file, result } of inOrder(files, concurrency, (name) => readFile(reader, name, flags))) {
    if ('reading' in result) {
      process.stdout.write(output.record({ file, model, reading: result.reading }));
    } else {
      process.exitCode = exitCodes.failed;
      process.stderr.write(`inkwire: ${printable(file)}: ${failureText(result.error)}\n`);
    }
  }
}

type Result = { readonly reading: ReadPicture } | { readonly error: unknown };

async function readFile(
  reader: Reader,
  file: string,
  flags: ReadFlags,
): Promise<{ file: string; result: Result }> {
  const { preparePlain } = await import('@inkwire/digits');
  try {
    const bytes = await readPictureBytes(file);
    const picture = flags.plain ? { pixels: await preparePlain(bytes) } : { bytes };
    return { file, result: { reading: await reader.read(picture) } };
  } catch (error) {
    return { file, result: { error } };
  }
}
