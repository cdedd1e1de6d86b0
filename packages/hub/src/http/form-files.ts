import type { MultipartFile } from '@fastify/multipart';
import { CodedError } from '@inkwire/base';
import type { FastifyRequest } from 'fastify';
import { HubError } from '../errors.ts';
import type { HttpLimits } from '../limits/limits.ts';
import { toHubError } from '../problem.ts';

/** A `file` part of a form. */
export interface ReceivedFile {
  readonly name: string;
  /** Undefined when it was longer than a picture may be. */
  readonly bytes: Uint8Array | undefined;
}

/**
 * Yields each `file` part of a form once it has arrived whole, and receives the next when that one was taken.
 * Other parts are ignored. Throws `HUB_REQUEST_TOO_LARGE` past the limits of a form, `HUB_FORM_WITHOUT_FILE` at the
 * end of a form that had none.
 */
export async function* receiveFiles(
  request: FastifyRequest,
  limits: HttpLimits,
): AsyncGenerator<ReceivedFile> {
  try {
    yield* receiveParts(request, limits);
  } catch (error) {
    const ours = toHubError(error);
    if (ours instanceof CodedError || isMistake(error)) throw ours;
    // Any other error of the parser is about what the client sent, or stopped sending.
    throw malformedForm(error);
  }
}

/** The parser never throws these for a form: a program made the mistake, not the client. */
const isMistake = (error: unknown) => error instanceof TypeError || error instanceof RangeError;

function malformedForm(cause: unknown): HubError {
  return new HubError('HUB_REQUEST_MALFORMED', 'The form is malformed, or ended in the middle', { cause });
}

async function* receiveParts(request: FastifyRequest, limits: HttpLimits): AsyncGenerator<ReceivedFile> {
  let received = 0;
  let files = 0;
  for await (const part of request.parts()) {
    if (part.type !== 'file') continue;
    const bytes = await receive(part);
    received += part.file.bytesRead;
    if (received > limits.maxFormBytes) throw formTooLarge(limits);
    if (part.fieldname !== 'file') continue;
    files++;
    yield { name: part.filename ?? '', bytes };
  }
  if (files === 0)
    throw new HubError('HUB_FORM_WITHOUT_FILE', 'The form has no part named `file` with a file in it');
}

/** All of it, or undefined when the parser cut it off at the limit; what comes after the limit is not held. */
async function receive(part: MultipartFile): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of part.file) if (part.fieldname === 'file') chunks.push(chunk as Buffer);
  return part.file.truncated ? undefined : Buffer.concat(chunks);
}

/** The error for a form that is too large as a whole. */
export function formTooLarge({ maxFormBytes }: HttpLimits): HubError {
  return new HubError('HUB_REQUEST_TOO_LARGE', `A form may have ${maxFormBytes} bytes`);
}
