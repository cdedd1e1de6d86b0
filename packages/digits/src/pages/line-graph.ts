import { lengthOf, type Trace } from './trace.ts';

/** A way from one node to another, or back to the same one. */
interface Edge {
  from: number;
  to: number;
  trace: Trace;
}

/** The lengths that count as short, in pixels. */
export interface LineGraphOptions {
  /** A branch that ends before this length is taken for an accident of thinning. */
  readonly spur: number;
  /** Two junctions that are closer than this are one: the middle of a crossing. */
  readonly crossing: number;
}

/**
 * The lines of a thinned mask (1 = ink, outermost pixels paper) as a pen may have drawn them: spurs taken off, and
 * through a junction the pen goes on where it turns least. Traces are in pixels; a ring ends where it begins.
 */
export function traceLines(mask: Uint8Array, width: number, { spur, crossing }: LineGraphOptions): Trace[] {
  const edges = findEdges(mask, width);
  while (removeSpur(edges, spur));
  while (contractShortest(edges, crossing));
  while (joinStraightest(edges));
  return edges.map(({ trace }) => trace);
}

/** Pixels are joined by their sides, or by a corner where no side leads there. */
function linksOf(mask: Uint8Array, width: number, i: number): number[] {
  const links: number[] = [];
  for (const side of [1, -1, width, -width]) if (mask[i + side]) links.push(i + side);
  for (const across of [1, -1])
    for (const down of [width, -width])
      if (mask[i + across + down] && !mask[i + across] && !mask[i + down]) links.push(i + across + down);
  return links;
}

/** From each end and each junction to the next. Their pixels are the nodes. */
function findEdges(mask: Uint8Array, width: number): Edge[] {
  const edges: Edge[] = [];
  const pixels: number[] = [];
  for (let i = 0; i < mask.length; i++) if (mask[i]) pixels.push(i);
  const links = new Map(pixels.map((i) => [i, linksOf(mask, width, i)]));
  const isNode = (i: number) => links.get(i)!.length !== 2;
  const passed = new Set<number>();
  const walk = (from: number, first: number): void => {
    const path = [from];
    let [last, at] = [from, first];
    while (!isNode(at) && at !== from) {
      path.push(at);
      passed.add(at);
      const [one, other] = links.get(at)!;
      [last, at] = [at, one === last ? other! : one!];
    }
    path.push(at);
    edges.push({
      from,
      to: at,
      trace: Float32Array.from(path.flatMap((i) => [i % width, Math.floor(i / width)])),
    });
  };
  for (const from of pixels.filter(isNode)) {
    passed.add(from);
    for (const first of links.get(from)!) if (!passed.has(first)) walk(from, first);
  }
  // The pixels that are left are rings.
  for (const from of pixels)
    if (!passed.has(from)) {
      passed.add(from);
      walk(from, links.get(from)![0]!);
    }
  return edges;
}

/** The number of ends of edges at a node. */
function degreeOf(edges: readonly Edge[], node: number): number {
  return edges.reduce((sum, { from, to }) => sum + Number(from === node) + Number(to === node), 0);
}

function remove(edges: Edge[], edge: Edge): void {
  edges.splice(edges.indexOf(edge), 1);
}

function shortest(edges: readonly Edge[], below: number): Edge | undefined {
  const [first] = edges
    .map((edge) => ({ edge, length: lengthOf(edge.trace) }))
    .filter(({ length }) => length < below)
    .sort((one, other) => one.length - other.length);
  return first?.edge;
}

function removeSpur(edges: Edge[], below: number): boolean {
  const spurs = edges.filter(({ from, to }) => {
    const [start, end] = [degreeOf(edges, from), degreeOf(edges, to)];
    return Math.min(start, end) === 1 && Math.max(start, end) > 2;
  });
  const spur = shortest(spurs, below);
  if (!spur) return false;
  remove(edges, spur);
  const junction = degreeOf(edges, spur.from) === 0 ? spur.to : spur.from;
  joinAt(edges, junction, 2);
  return true;
}

/** Puts two junctions together in the middle between them. */
function contractShortest(edges: Edge[], below: number): boolean {
  const inner = edges.filter(
    ({ from, to }) => from !== to && degreeOf(edges, from) > 2 && degreeOf(edges, to) > 2,
  );
  const short = shortest(inner, below);
  if (!short) return false;
  remove(edges, short);
  const { trace } = short;
  const middle = [(trace[0]! + trace.at(-2)!) / 2, (trace[1]! + trace.at(-1)!) / 2];
  for (const edge of edges) {
    if (edge.from === short.from || edge.from === short.to) edge.trace.set(middle, 0);
    if (edge.to === short.from || edge.to === short.to) edge.trace.set(middle, edge.trace.length - 2);
    if (edge.from === short.to) edge.from = short.from;
    if (edge.to === short.to) edge.to = short.from;
  }
  return true;
}

/** Joins two edges that go straight on through some junction. */
function joinStraightest(edges: Edge[]): boolean {
  const nodes = new Set(edges.flatMap(({ from, to }) => [from, to]));
  return [...nodes].some((node) => joinAt(edges, node, Number.POSITIVE_INFINITY));
}

/** The cosine of the turn from one edge into another must be above this for a pen to go on: 60 degrees. */
const straightOn = 0.5;

/** Makes one edge of the two that turn least at a node with at most `degree` ends. */
function joinAt(edges: Edge[], node: number, degree: number): boolean {
  const ends = edges.flatMap((edge) => [
    ...(edge.from === node ? [{ edge, trace: edge.trace, far: edge.to }] : []),
    ...(edge.to === node ? [{ edge, trace: reversed(edge.trace), far: edge.from }] : []),
  ]);
  if (ends.length > degree) return false;
  let best: { into: (typeof ends)[0]; outOf: (typeof ends)[0]; cosine: number } | undefined;
  for (const [i, into] of ends.entries())
    for (const outOf of ends.slice(i + 1)) {
      if (into.edge === outOf.edge) continue;
      const cosine = -cosineBetween(directionOf(into.trace), directionOf(outOf.trace));
      if (!best || cosine > best.cosine) best = { into, outOf, cosine };
    }
  if (!best || (ends.length > 2 && best.cosine < straightOn)) return false;
  const { into, outOf } = best;
  remove(edges, into.edge);
  remove(edges, outOf.edge);
  const trace = Float32Array.from([...reversed(into.trace), ...outOf.trace.subarray(2)]);
  edges.push({ from: into.far, to: outOf.far, trace });
  return true;
}

function reversed(trace: Trace): Trace {
  const result = new Float32Array(trace.length);
  for (let i = 0; i < trace.length; i += 2) result.set(trace.subarray(i, i + 2), trace.length - 2 - i);
  return result;
}

/** The first direction of a trace: to its point a few pixels on. */
function directionOf(trace: Trace): readonly [number, number] {
  const to = Math.min(trace.length - 2, 8);
  return [trace[to]! - trace[0]!, trace[to + 1]! - trace[1]!];
}

function cosineBetween([ax, ay]: readonly [number, number], [bx, by]: readonly [number, number]): number {
  return (ax * bx + ay * by) / Math.max(1e-9, Math.hypot(ax, ay) * Math.hypot(bx, by));
}
