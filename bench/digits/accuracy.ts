import { bundledModel, evaluate, openMnistPart, openReader, recipeNames } from '@inkwire/digits';
import { printTable, saveResults } from '../report.ts';

/** The bundled models on MNIST's test set, read again from the files that are in the repository. */
export async function accuracy(): Promise<void> {
  const test = await openMnistPart('test');
  const rows = [];
  for (const recipe of recipeNames) {
    await using reader = await openReader({ model: bundledModel(recipe), detector: false });
    const { correct, count, accuracy, interval, calibrationError } = await evaluate(
      (p) => reader.classify(p),
      test,
    );
    rows.push({
      recipe,
      parameters: reader.card.parameters,
      correct,
      count,
      accuracy,
      interval,
      calibrationError,
    });
  }
  const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
  printTable(
    ['recipe', 'parameters', 'MNIST test', '95 % interval', 'calibration error'],
    rows.map((row) => [
      row.recipe,
      row.parameters,
      percent(row.accuracy),
      row.interval.map(percent).join(' … '),
      percent(row.calibrationError),
    ]),
  );
  saveResults('digits-bundled', 'npm run bench -- digits --only accuracy', rows);
}
