import type { Picture, Stroke } from '@inkwire/digits';
import type { Reading } from '@inkwire/readings';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { HubError } from '../../errors.ts';
import type { Hub } from '../../hub.ts';
import { isServerFault, type Problem, problemOf } from '../../problem.ts';
import { picturesInFlight } from '../admission.ts';
import { type ReceivedFile, receiveFiles } from '../form-files.ts';
import type { ResolvedHttpOptions } from '../options.ts';
import { sendProblem } from '../responses.ts';
import { type Call, parse, type RouteTable } from '../route.ts';
import { components } from '../schemas.ts';

/** The result of one file of a form. */
type Outcome = { readonly reading: Reading } | { readonly error: unknown; readonly file: string | null };

/** Everything that a form brought. */
export interface FormOutcome {
  readonly readings: readonly Reading[];
  readonly problems: readonly (Problem & { readonly file: string | null })[];
  /** The first that went wrong. */
  readonly error?: unknown;
}

type AnyCall = Pick<Call<unknown, unknown>, 'request' | 'reply' | 'signal'>;

const query = z.object({
  keep: z
    .enum(['true', 'false'])
    .default('true')
    .transform((value) => value === 'true')
    .meta({ description: 'false for a preview: 200, and nothing is kept' }),
});

/** `POST /api/readings`: forms, raw pictures and strokes. */
export function addReadPicturesRoute(table: RouteTable, hub: Hub, options: ResolvedHttpOptions): void {
  table.add({
    method: 'POST',
    path: '/api/readings',
    summary: 'Reads pictures or pen strokes and keeps the readings',
    query,
    body: { 'multipart/form-data': 'Pictures', 'image/*': 'binary', 'application/json': 'Strokes' },
    answers: {
      200: { description: 'Read, with keep=false', content: { 'application/json': 'Readings' } },
      201: {
        description: 'Read and kept; `problems` names the files of a form that could not be',
        content: { 'application/json': 'Readings' },
      },
    },
    problems: [413, 415, 422, 507],
    async handle(call) {
      const { reply, request } = call;
      const { keep } = call.query;
      if (request.isMultipart()) {
        const outcome = await readForm(call, hub, options, keep);
        if (outcome.readings.length === 0) return sendFailedForm(call, outcome, options);
        const { readings, problems } = outcome;
        return sendReadings(reply, keep, problems.length === 0 ? { readings } : { readings, problems });
      }
      return sendReadings(reply, keep, { readings: [await readBody(call, hub, options, keep)] });
    },
  });
}

function sendReadings(reply: FastifyReply, keep: boolean, body: object): FastifyReply {
  return reply.code(keep ? 201 : 200).send(body);
}

/** The problem of a form none of whose files could be read is that of its first; the others stand beside it. */
function sendFailedForm(
  { request, reply }: AnyCall,
  { error, problems }: FormOutcome,
  { onError }: ResolvedHttpOptions,
): FastifyReply {
  return sendProblem(request, reply, error, onError, problems.length > 1 ? { problems } : {});
}

async function readBody(
  call: AnyCall,
  hub: Hub,
  options: ResolvedHttpOptions,
  keep: boolean,
): Promise<Reading> {
  const { request, signal } = call;
  const { readTimeoutMs: timeoutMs } = options.limits;
  if (request.body instanceof Uint8Array)
    return hub.read({ bytes: request.body }, { source: 'upload', keep, signal, timeoutMs });
  return hub.read(strokesOf(request.body, options), { source: 'drawing', keep, signal, timeoutMs });
}

function strokesOf(body: unknown, { limits }: ResolvedHttpOptions): Picture {
  const { strokes } = parse(components.Strokes, body, 'body');
  const points = strokes.reduce((sum, stroke) => sum + stroke.length, 0);
  if (strokes.length > limits.maxStrokes || points > limits.maxPoints)
    throw new HubError(
      'HUB_REQUEST_TOO_LARGE',
      `A drawing may have ${limits.maxStrokes} strokes and ${limits.maxPoints} points`,
    );
  return { strokes: strokes as unknown as readonly Stroke[] };
}

/**
 * Reads the files of a form while it arrives, a few at a time. A file that cannot be read is a problem of its own; so is
 * the end of the form, when it came too early for what was read before it to be lost.
 */
export async function readForm(
  { request, signal }: AnyCall,
  hub: Hub,
  { limits, onError }: ResolvedHttpOptions,
  keep: boolean,
): Promise<FormOutcome> {
  const outcomes: Promise<Outcome>[] = [];
  const underWay = new Set<Promise<Outcome>>();
  const readOne = async ({ name, bytes }: ReceivedFile): Promise<Outcome> => {
    try {
      if (bytes === undefined) throw pictureTooLarge(limits.maxPictureBytes);
      const from = { source: 'upload', keep, signal, timeoutMs: limits.readTimeoutMs };
      return { reading: await hub.read({ bytes }, from) };
    } catch (error) {
      return { error, file: name };
    }
  };
  try {
    for await (const file of receiveFiles(request, limits)) {
      const outcome = readOne(file);
      outcomes.push(outcome);
      underWay.add(outcome);
      void outcome.then(() => underWay.delete(outcome));
      if (underWay.size >= picturesInFlight) await Promise.race(underWay);
    }
  } catch (error) {
    outcomes.push(Promise.resolve({ error, file: null }));
  }
  return gather(await Promise.all(outcomes), onError);
}

function gather(outcomes: readonly Outcome[], onError: (error: unknown) => void): FormOutcome {
  const failures = outcomes.filter((outcome) => 'error' in outcome);
  const problems = failures.map(({ error, file }) => ({ ...problemOf(error), file }));
  const readings = outcomes.flatMap((outcome) => ('reading' in outcome ? [outcome.reading] : []));
  // The first one is told of where it is answered, when nothing could be read.
  failures.forEach(({ error }, i) => {
    if (isServerFault(problems[i]!) && (i > 0 || readings.length > 0)) onError(error);
  });
  return failures.length === 0 ? { readings, problems } : { readings, problems, error: failures[0]!.error };
}

function pictureTooLarge(maxPictureBytes: number): HubError {
  return new HubError('HUB_REQUEST_TOO_LARGE', `A picture may have ${maxPictureBytes} bytes`);
}
