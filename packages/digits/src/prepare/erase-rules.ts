/**
 * Erases ruled lines, grids and frames: ink that is long, thin and straight. The ink is split into runs across the line.
 * Where many runs in a row are as thin as a stroke, they are a rule. Only those runs are erased. Where a digit crosses
 * the rule its run is longer and stays, so that the digit keeps its ink.
 */

/** A chain of thin runs that touch from one column to the next. */
interface Chain {
  /** First and last column, both inclusive, and the middle of the run there. */
  readonly from: number;
  to: number;
  readonly startsAt: number;
  endsAt: number;
  /** Top and bottom (exclusive) of the run in each column from `from` on. */
  readonly runs: [top: number, bottom: number][];
}

/** A mask seen along one axis: `along` steps of `alongStride`, `across` steps of `acrossStride`. */
interface View {
  readonly data: Uint8Array;
  readonly along: number;
  readonly across: number;
  readonly alongStride: number;
  readonly acrossStride: number;
}

/** A rule leans at most this far: 15°. */
const steepest = Math.tan((15 * Math.PI) / 180);

/** A rule that was found: its length and its thickness in pixels, and how to erase it. */
interface Rule {
  readonly length: number;
  /** The thickness above which ink is not the rule but a stroke on it. */
  readonly thickest: number;
  readonly chains: readonly Chain[];
}

type Mask = { readonly width: number; readonly height: number; readonly data: Uint8Array };

/** The least share of the picture's side that a rule is long. */
const shortestShare = 0.3;
/** A rule is this many times longer than the writing is tall; a bar of a 7 is not. */
const ruleToWriting = 2.2;
/** From edge to edge a rule is one as soon as it is this much longer than the writing is tall. */
const edgeRuleToWriting = 1.3;
const edgeToEdge = 0.95;
/** Digits that lie on a rule interrupt it: by at most this share of the picture at once, and of the rule in all. */
const widestGap = 0.25;
const leastCovered = 0.65;
/** Lines under way side by side: a page of graph paper has no more. */
const mostLines = 1000;

/**
 * Erases ruled lines from a mask (1 = ink) in place. Gives a mask of what was erased, grey edges included, or
 * `undefined` when there was no rule. `writingHeightOf` measures what a mask would hold without the rules;
 * `thickest` is how thick a rule may be, in pixels.
 */
export function eraseRules(
  mask: Mask,
  thickest: number,
  writingHeightOf: (mask: Mask) => number,
): Uint8Array | undefined {
  const { width, height, data } = mask;
  const acrossView: View = { data, along: width, across: height, alongStride: 1, acrossStride: width };
  const downView: View = { data, along: height, across: width, alongStride: width, acrossStride: 1 };
  // Both ways are found before either is erased: a grid's lines would be cut into pieces by each other.
  const across = findRules(acrossView, shortestShare * width, thickest);
  const down = findRules(downView, shortestShare * height, thickest);
  if (across.length + down.length === 0) return undefined;

  const without = { width, height, data: data.slice() };
  for (const rule of across) erase({ ...acrossView, data: without.data }, rule);
  for (const rule of down) erase({ ...downView, data: without.data }, rule);
  const writing = writingHeightOf(without);

  const lying = across.filter(
    ({ length }) =>
      length >= ruleToWriting * writing ||
      (length >= edgeToEdge * width && length >= edgeRuleToWriting * writing),
  );
  // Upright ink is a rule beside lying ones (a grid, a frame), or as a margin from edge to edge; else it is a 1.
  const standing = down.filter(
    ({ length }) =>
      (lying.length > 0 && length >= edgeRuleToWriting * writing) ||
      (writing > 0 && length >= edgeToEdge * height && length >= ruleToWriting * writing),
  );
  if (lying.length + standing.length === 0) return undefined;
  const erased = new Uint8Array(data.length);
  for (const rule of lying) erase(acrossView, rule, erased);
  for (const rule of standing) erase(downView, rule, erased);
  return erased;
}

function findRules(view: View, shortest: number, thickest: number): Rule[] {
  const pieces = chainsOf(view, thickest).filter((chain) => chain.to - chain.from + 1 >= 3 * thickest);
  const rules: Rule[] = [];
  for (const line of joinChains(pieces, widestGap * view.along, thickest)) {
    const first = line[0]!;
    const last = line.at(-1)!;
    const length = last.to - first.from + 1;
    const covered = line.reduce((sum, chain) => sum + chain.to - chain.from + 1, 0);
    const straight =
      Math.abs(last.endsAt - first.startsAt) <= steepest * length && isStraight(line, thickest);
    if (length >= shortest && covered >= leastCovered * length && straight)
      rules.push({ length, thickest: thicknessOf(line) + 2, chains: line });
  }
  return rules;
}

/** Follows thin runs from column to column. A run continues a chain when it overlaps the chain's last run. */
function chainsOf({ data, along, across, alongStride, acrossStride }: View, thickest: number): Chain[] {
  const chains: Chain[] = [];
  let open: Chain[] = [];
  for (let a = 0; a < along; a++) {
    const next: Chain[] = [];
    // Runs and open chains both go down the column: what lies above a run lies above all that follow.
    let at = 0;
    for (let c = 0; c < across; c++) {
      if (data[a * alongStride + c * acrossStride] === 0) continue;
      const top = c;
      while (c < across && data[a * alongStride + c * acrossStride] !== 0) c++;
      if (c - top > thickest) continue;
      const middle = (top + c) / 2;
      while (at < open.length && (open[at]!.to === a || open[at]!.runs.at(-1)![1] < top)) at++;
      const chain = at < open.length && open[at]!.runs.at(-1)![0] <= c ? open[at] : undefined;
      if (chain) {
        chain.to = a;
        chain.endsAt = middle;
        chain.runs.push([top, c]);
        next.push(chain);
      } else {
        const begun: Chain = { from: a, to: a, startsAt: middle, endsAt: middle, runs: [[top, c]] };
        chains.push(begun);
        next.push(begun);
      }
    }
    open = next;
  }
  return chains;
}

/**
 * Joins chains that continue each other across a gap, such as a digit on the rule, into lines. None when more lines than
 * `mostLines` are under way at once: that is hatching or noise.
 */
function joinChains(chains: readonly Chain[], gap: number, thickest: number): Chain[][] {
  const lines: Chain[][] = [];
  let open: Chain[][] = [];
  for (const chain of [...chains].sort((a, b) => a.from - b.from)) {
    if (open.length === mostLines) open = open.filter((line) => chain.from - line.at(-1)!.to <= gap);
    if (open.length === mostLines) return [];
    const line = open.find((candidate) => {
      const first = candidate[0]!;
      const last = candidate.at(-1)!;
      const distance = chain.from - last.to;
      if (distance <= 0 || distance > gap) return false;
      // A short piece says little about where the line goes.
      const length = last.to - first.from;
      const slope = length < 12 * thickest ? 0 : (last.endsAt - first.startsAt) / length;
      const astray = Math.abs(last.endsAt + slope * distance - chain.startsAt);
      return astray <= thickest + 0.03 * distance;
    });
    if (line) line.push(chain);
    else {
      lines.push([chain]);
      open.push(lines.at(-1)!);
    }
  }
  return lines;
}

/** The median length of a line's runs. */
function thicknessOf(line: readonly Chain[]): number {
  const lengths = line.flatMap(({ runs }) => runs.map(([top, bottom]) => bottom - top)).sort((a, b) => a - b);
  return lengths[lengths.length >> 1]!;
}

/** Whether the runs stay near the line from the first to the last: a digit's curve does not. */
function isStraight(line: readonly Chain[], thickest: number): boolean {
  const first = line[0]!;
  const last = line.at(-1)!;
  const slope = (last.endsAt - first.startsAt) / Math.max(1, last.to - first.from);
  const tolerance = thickest + 0.01 * (last.to - first.from);
  let astray = 0;
  let count = 0;
  for (const chain of line)
    for (let k = 0; k < chain.runs.length; k++, count++) {
      const [top, bottom] = chain.runs[k]!;
      if (Math.abs((top + bottom) / 2 - first.startsAt - slope * (chain.from + k - first.from)) > tolerance)
        astray++;
    }
  return astray <= 0.1 * count;
}

/**
 * Clears a rule's runs, and two pixels more on each side where its ink fades. Walks along the whole line, from edge to
 * edge when it is nearly that long: between the chains there are pieces too short for one.
 */
function erase(view: View, { chains, length, thickest }: Rule, erased?: Uint8Array): void {
  const { along } = view;
  const first = chains[0]!;
  const last = chains.at(-1)!;
  const slope = (last.endsAt - first.startsAt) / Math.max(1, last.to - first.from);
  const whole = length >= 0.7 * along;
  let chain = 0;
  for (let a = whole ? 0 : first.from; a < (whole ? along : last.to + 1); a++) {
    while (chain + 1 < chains.length && chains[chain + 1]!.from <= a) chain++;
    const { from, runs, endsAt, to } = chains[chain]!;
    const run = runs[a - from];
    if (run && run[1] - run[0] <= thickest) clear(view, a, run, erased);
    else if (!run) {
      const expected = a < from ? first.startsAt + slope * (a - first.from) : endsAt + slope * (a - to);
      const short = runNear(view, a, expected, thickest);
      if (short) clear(view, a, short, erased);
    }
  }
}

/** The run that crosses the line where it is expected, when it is thin enough to be the line's own. */
function runNear(view: View, a: number, expected: number, thickest: number): [number, number] | undefined {
  const { data, across, alongStride, acrossStride } = view;
  const isInk = (c: number) => c >= 0 && c < across && data[a * alongStride + c * acrossStride] !== 0;
  let at = Math.round(expected);
  for (let k = 1; k <= thickest && !isInk(at); k++)
    at = Math.round(expected) + (k % 2 ? 1 : -1) * Math.ceil(k / 2);
  if (!isInk(at)) return undefined;
  let [top, bottom] = [at, at + 1];
  while (isInk(top - 1) && bottom - top <= thickest) top--;
  while (isInk(bottom) && bottom - top <= thickest) bottom++;
  return bottom - top <= thickest ? [top, bottom] : undefined;
}

function clear(view: View, a: number, [top, bottom]: readonly [number, number], erased?: Uint8Array): void {
  const { data, across, alongStride, acrossStride } = view;
  for (let c = Math.max(0, top - 2); c < Math.min(across, bottom + 2); c++) {
    const i = a * alongStride + c * acrossStride;
    data[i] = 0;
    if (erased) erased[i] = 1;
  }
}
