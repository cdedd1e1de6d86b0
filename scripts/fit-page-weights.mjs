// `node scripts/fit-page-weights.mjs [MODEL]`: fits the weights in the card of the bundled detector, or of a file, anew, as the end of
// its training does. To be run when the bundled `cnn` is another one, or what the weights are fitted on.
import { bundledModel, openMnistPart, openModelFile, writeModelFile } from '@inkwire/digits';
import { ensureBuilt } from './build.mjs';

ensureBuilt();
const built = (module) => import(new URL(`../packages/digits/dist/${module}.js`, import.meta.url));
const [{ openDetector }, { splitTraining }, { fitPageWeights }, { pageRecipe }] = await Promise.all(
  ['detect/detector', 'data/writers', 'train/page-weights', 'recipes/page'].map(built),
);

const file = process.argv[2] ?? bundledModel('page');
const { bytes, card } = await openModelFile(file);
const detector = await openDetector(bytes, { threads: 2 });
const { validation: digits } = await splitTraining(await openMnistPart('train'));
const weights = await fitPageWeights({ detector, digits, threads: 2, pages: pageRecipe.doubtPages });
await writeModelFile(file, bytes, { ...card, ...weights });
console.log(weights);
await detector.close();
