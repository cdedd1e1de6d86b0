/**
 * `npm run bench -- digits --only paper`: numbers on paper, made up from digits that nothing was trained on (second halves of
 * pendigits and optdigits, the test half of USPS), with each defect of paper and writing at three strengths; and the rows of the exam.
 * It draws by itself: nothing here is shared with the pages that training makes up.
 *
 *     --quick             a sixth of the pictures
 *     --kinds ruled,note  only kinds whose name holds one of these words, and no exam
 *     --reader CHECKOUT   reads through another checkout, which must be built
 *     --detector MODEL    finds digits by rules, or with the detector of a file, not with the bundled one
 *     --against CHECKOUT  times one small picture against another checkout, by turns
 *     --samples DIR       writes sheets of what each kind looks like, and reads nothing
 *     --seed N            other pictures; default 1
 *
 * Only the whole of this checkout's reader is kept in bench/results, with the bundled detector or by rules.
 */
import { createRandom } from '@inkwire/base';
import type { Reader } from '@inkwire/digits';
import { printTable, saveResults } from '../report.ts';
import { type ForeignSet, loadForeignSets } from './foreign-sets.ts';
import {
  type CellScore,
  cellScoreOf,
  cheques,
  paperCases,
  singles,
  smallPictures,
  timesOf,
} from './paper/exam.ts';
import { createHands, createMnistHand, type Hands } from './paper/hands.ts';
import type { Kind, Made } from './paper/kind.ts';
import { inkKinds } from './paper/kinds-ink.ts';
import { largePhotograph, layoutKinds } from './paper/kinds-layout.ts';
import { nothingKinds } from './paper/kinds-nothing.ts';
import { paperKinds } from './paper/kinds-paper.ts';
import { answerTo, openReaderOf } from './paper/readers.ts';
import { writeSamples } from './paper/samples.ts';
import { type Judged, percent, type Score, scoreOf, sumOf, wrongOfSure } from './paper/score.ts';

/** Options of the bench, from the command line. */
export interface PaperOptions {
  readonly data: string;
  readonly quick?: boolean | undefined;
  readonly kinds?: string | undefined;
  readonly reader?: string | undefined;
  readonly detector?: string | undefined;
  readonly against?: string | undefined;
  readonly samples?: string | undefined;
  readonly seed?: string | undefined;
}

const allKinds: readonly Kind[] = [...paperKinds, ...inkKinds, ...layoutKinds, ...nothingKinds];
/** Pictures of a kind and strength. */
const pictures = { full: 60, quick: 10 };

/** The scores of a kind by strength. */
interface KindScore {
  readonly name: string;
  readonly strengths: readonly { readonly strength: string; readonly score: Score }[];
  readonly whole: Score;
  readonly cells?: CellScore;
}

export async function paper(options: PaperOptions): Promise<void> {
  const sets = await loadForeignSets(options.data);
  const hands = createHands(sets);
  const seed = Number(options.seed ?? 1);
  const words = options.kinds?.split(',');
  const kinds = allKinds.filter(({ name }) => !words || words.some((word) => name.includes(word)));
  if (options.samples !== undefined) return drawSamples(options.samples, kinds, hands, seed);

  await using reader = await openReaderOf(options.reader, options.detector);
  const each = options.quick ? pictures.quick : pictures.full;
  const scores: KindScore[] = [];
  for (const kind of kinds) {
    scores.push(await readKind(reader, kind, hands, seed, each));
    process.stderr.write(`\r${scores.length} of ${kinds.length} kinds `);
  }
  process.stderr.write('\n\n');
  printKinds(scores);
  if (words) return;
  const exam = await takeExam(reader, scores, sets, hands, options, seed);
  printTable(['exam', 'right', 'wrong at 0.99 and above'], exam.rows);
  for (const { file, text, read } of exam.casesWrong)
    console.log(`paper case ${file}: ${text || 'nothing'} read as ${read || 'nothing'}`);
  const { detector } = options;
  if (options.quick || options.reader !== undefined || (detector !== undefined && detector !== 'rules'))
    return;
  const [name, flag] = detector === undefined ? ['', ''] : ['-rules', ' --detector rules'];
  saveResults(`digits-paper${name}`, `npm run bench -- digits --only paper${flag}`, {
    model: reader.card.version,
    seed,
    pictures: each,
    exam,
    kinds: Object.fromEntries(scores.map((score) => [score.name, figuresOf(score)])),
  });
}

/** A kind's scores in short, for the file. */
function figuresOf({ whole, strengths, cells }: KindScore) {
  const { count, right, sure, sureOfNothing, written } = whole;
  const byStrength = strengths.map(({ strength, score }) => [strength, rate(score)]);
  return { count, right, strengths: Object.fromEntries(byStrength), sure, sureOfNothing, written, cells };
}

/** The picture `index` of a kind and strength: the same whatever else is drawn. */
function draw(kind: Kind, strength: number, index: number, hands: Hands, seed: number): Promise<Made> {
  let hash = seed;
  for (const character of `${kind.name}/${strength}/${index}`)
    hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0;
  return kind.draw({ random: createRandom(hash), hands }, strength);
}

async function drawSamples(
  directory: string,
  kinds: readonly Kind[],
  hands: Hands,
  seed: number,
): Promise<void> {
  for (const kind of kinds) {
    const made: Made[][] = [];
    for (const strength of kind.strengths.keys()) {
      made.push([]);
      for (let i = 0; i < (kind.isSlow ? 1 : 5); i++)
        made.at(-1)!.push(await draw(kind, strength, i, hands, seed));
    }
    await writeSamples(directory, kind, made);
  }
}

async function readKind(
  reader: Reader,
  kind: Kind,
  hands: Hands,
  seed: number,
  each: number,
): Promise<KindScore> {
  const count = kind.isSlow ? Math.max(2, Math.round(each / 10)) : each;
  const all: (Judged & { made: Made })[] = [];
  const strengths = [];
  for (const [strength, name] of kind.strengths.entries()) {
    const judged: typeof all = [];
    for (let i = 0; i < count; i++) {
      const made = await draw(kind, strength, i, hands, seed);
      judged.push({ made, truth: made, answer: await answerTo(reader, { bytes: made.bytes }) });
    }
    strengths.push({ strength: name, score: scoreOf(judged) });
    all.push(...judged);
  }
  const cells = cellScoreOf(all);
  return { name: kind.name, strengths, whole: scoreOf(all), ...(cells.filled > 0 && { cells }) };
}

const hasDigits = ({ name }: KindScore) => !name.startsWith('nothing');

function besides(name: string, { written, sureOfNothing, count }: Score): string {
  if (name.startsWith('nothing')) return `sure of something ${percent(sureOfNothing, count)}`;
  return written ? `separators too ${percent(written.right, written.count)}` : '';
}

const rate = ({ right, count }: Score) => right / count;

function printKinds(scores: readonly KindScore[]): void {
  printTable(
    ['kind', 'right', 'by strength', 'wrong at 0.99 and above', 'besides'],
    scores.map(({ name, whole, strengths }) => [
      name,
      percent(whole.right, whole.count),
      strengths.map(({ strength, score }) => `${strength} ${Math.round(100 * rate(score))} %`).join(', '),
      wrongOfSure(whole),
      besides(name, whole),
    ]),
  );
  const refusals = Object.entries(sumOf(scores.map(({ whole }) => whole)).refusals);
  if (refusals.length > 0) console.log(`Refused: ${refusals.map((pair) => pair.join(' × ')).join(', ')}\n`);
  const worst = scores
    .filter(hasDigits)
    .toSorted((a, b) => rate(a.whole) - rate(b.whole))
    .slice(0, 3);
  console.log(
    `Worst: ${worst.map(({ name, whole }) => `${name} (${percent(whole.right, whole.count)})`).join(', ')}\n`,
  );
}

async function takeExam(
  reader: Reader,
  scores: readonly KindScore[],
  sets: readonly ForeignSet[],
  hands: Hands,
  options: PaperOptions,
  seed: number,
) {
  const more = options.quick ? 60 : 300;
  const kindNamed = (name: string) => allKinds.find((kind) => kind.name === name)!;
  const clean = await readKind(reader, kindNamed('clean, up to 8 digits'), hands, seed + 1, more);
  const ownHands = { ...hands, any: await createMnistHand() };
  const own = await readKind(reader, kindNamed('clean, up to 8 digits'), ownHands, seed + 1, more);
  const touching = await readKind(reader, kindNamed('touching pair'), hands, seed + 1, more);
  const chequeScore = await cheques(reader, options.data);
  const cases = await paperCases(reader, options.data);
  const named: [string, Score][] = [
    ['cheque amounts', chequeScore],
    ['paper cases', cases.score],
    ['clean, up to 8 digits', clean.whole],
    ['the same, MNIST’s validation writers', own.whole],
    ['clean, 60 digits', scores.find(({ name }) => name === 'clean, many digits')!.strengths.at(-1)!.score],
    ['touching pair, -6 %', touching.strengths[1]!.score],
    ['touching pair, -12 %', touching.strengths[2]!.score],
  ];
  for (const set of sets) named.push([set.name, await singles(reader, set, options.quick ? 10 : 1)]);
  named.push(['all kinds with digits', sumOf(scores.filter(hasDigits).map(({ whole }) => whole))]);

  const rows = named.map(([name, score]) => [
    name,
    `${percent(score.right, score.count)} of ${score.count}`,
    wrongOfSure(score),
  ]);
  const nothing = sumOf(scores.filter((score) => !hasDigits(score)).map(({ whole }) => whole));
  rows.push([
    'no digits: sure of something',
    `${percent(nothing.sureOfNothing, nothing.count)} of ${nothing.count}`,
    wrongOfSure(nothing),
  ]);
  const { cells } = scores.find(({ name }) => name === 'sudoku')!;
  rows.push(['sudoku cells', `${percent(cells!.right, cells!.filled)} of ${cells!.filled}`, '']);
  rows.push([
    'sudoku, empty cells read',
    `${percent(cells!.emptyRead, cells!.empty)} of ${cells!.empty}`,
    '',
  ]);
  const times = await takeTimes(reader, sets, hands, options, seed);
  const against = (ms: readonly number[]) => ms.map((each) => `${each.toFixed(2)} ms`).join(' against ');
  rows.push(['one digit, 32 × 32 pixels', against(times.bitmap), '']);
  rows.push(['one digit, a drawing', against(times.drawing), '']);
  rows.push(['12 megapixels, 60 digits', against(times.large), '']);
  return { rows, casesWrong: cases.wrong, times };
}

/** Milliseconds of a reading, in medians: this reader's, and after it the one's that it is compared with. */
interface Times {
  readonly bitmap: number[];
  readonly drawing: number[];
  readonly large: number[];
}

async function takeTimes(
  reader: Reader,
  sets: readonly ForeignSet[],
  hands: Hands,
  options: PaperOptions,
  seed: number,
): Promise<Times> {
  const setNamed = (name: string) => sets.find((set) => set.name.startsWith(name))!;
  const other = options.against === undefined ? undefined : await openReaderOf(options.against);
  try {
    const readers = other ? [reader, other] : [reader];
    const rounds = options.quick ? 5 : 15;
    const large = await largePhotograph({ random: createRandom(seed), hands });
    return {
      bitmap: await timesOf(readers, await smallPictures(setNamed('optdigits'), 50), rounds),
      drawing: await timesOf(readers, await smallPictures(setNamed('pendigits'), 50), rounds),
      large: await timesOf(readers, [large.bytes], 15),
    };
  } finally {
    await other?.close();
  }
}
