import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HubError } from '../errors.ts';
import type { HttpLimits } from '../limits/limits.ts';
import { formTooLarge } from './form-files.ts';

/** Pictures of one form that are held at the same time: those being read and the one being received. */
export const picturesInFlight = 4;

/**
 * Bounds the memory that bodies take, all requests together, before the first byte of a body is read: a request
 * reserves what its body may take, and gives it back when it is answered or gone.
 */
export function addAdmission(app: FastifyInstance, limits: HttpLimits): void {
  let reserved = 0;
  app.addHook('onRequest', async (request, reply) => {
    const bytes = memoryFor(request, limits);
    if (bytes === 0) return;
    if (reserved + bytes > limits.maxBodiesBytes)
      throw new HubError('HUB_OVERLOADED', 'Too much is being received at once', { retryable: true });
    reserved += bytes;
    reply.raw.once('close', () => {
      reserved -= bytes;
    });
  });
}

function memoryFor({ headers }: FastifyRequest, limits: HttpLimits): number {
  const announced = headers['content-length'];
  if (announced === undefined && headers['transfer-encoding'] === undefined) return 0;
  const length = announced === undefined ? Number.POSITIVE_INFINITY : Number(announced);
  const isForm = headers['content-type']?.toLowerCase().startsWith('multipart/') ?? false;
  if (isForm && Number.isFinite(length) && length > limits.maxFormBytes) throw formTooLarge(limits);
  const most = isForm ? (picturesInFlight + 1) * limits.maxPictureBytes : limits.maxPictureBytes;
  return Math.min(length, most);
}
