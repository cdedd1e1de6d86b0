import { describe, expect, it } from 'vitest';
import { createApi } from './api.ts';
import { Problem, parseRetryAfter } from './problem.ts';

function answering(status: number, body: unknown, headers: Record<string, string> = {}) {
  return createApi(
    async () => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers }),
  );
}

const failure = (api: ReturnType<typeof createApi>): Promise<Problem> =>
  api.model().then(
    () => expect.fail('expected a problem'),
    (error) => error,
  );

describe('a problem', () => {
  it.each([
    [422, 'DIGITS_NONE_FOUND', 'noneFound'],
    [413, 'DIGITS_PICTURE_TOO_LARGE', 'tooLarge'],
    [413, 'HUB_REQUEST_TOO_LARGE', 'tooLarge'],
    [413, 'DIGITS_STROKES_TOO_MANY', 'tooMuchInk'],
    [415, 'DIGITS_PICTURE_UNSUPPORTED', 'notAPicture'],
    [400, 'DIGITS_PICTURE_EMPTY', 'empty'],
    [400, 'HUB_FORM_WITHOUT_FILE', 'empty'],
    [400, 'DIGITS_PICTURE_DAMAGED', 'damaged'],
    [422, 'DIGITS_PICTURE_DAMAGED', 'damaged'],
    [429, 'HUB_RATE_LIMITED', 'tooMany'],
    [503, 'DIGITS_OVERLOADED', 'busy'],
    [404, 'HUB_NOT_FOUND', 'gone'],
    [507, 'READINGS_FULL', 'full'],
    [401, 'HUB_TOKEN_WRONG', 'forbidden'],
    [403, 'HUB_ROLE_INSUFFICIENT', 'readOnly'],
    [500, 'HUB_FAILED', 'unknown'],
  ])('%i %s is told as %s', async (status, code, kind) => {
    const problem = await failure(answering(status, { code, title: 'x' }));
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({ kind, code, status });
  });

  it('goes by the status when a proxy answers with HTML', async () => {
    const problem = await failure(answering(502, '<h1>Bad gateway</h1>'));
    expect(problem).toMatchObject({ kind: 'offline', code: 'HTTP 502' });
  });

  it('says when to try again, for those that pass by themselves', async () => {
    const later = await failure(answering(503, { code: 'DIGITS_OVERLOADED' }, { 'retry-after': '7' }));
    expect(later.retryAfterMs).toBe(7000);
    expect((await failure(answering(429, {}))).retryAfterMs).toBe(3000);
    expect((await failure(answering(422, {}, { 'retry-after': '7' }))).retryAfterMs).toBeUndefined();
  });

  it('is offline when nobody answers', async () => {
    const problem = await failure(createApi(() => Promise.reject(new TypeError('Failed to fetch'))));
    expect(problem).toMatchObject({ kind: 'offline', retryAfterMs: 3000 });
  });
});

describe('Retry-After', () => {
  it('is seconds or a date', () => {
    expect(parseRetryAfter('2', 0)).toBe(2000);
    expect(parseRetryAfter('Thu, 01 Jan 1970 00:00:05 GMT', 1000)).toBe(4000);
  });
  it('is ignored when it is nonsense, past or absent', () => {
    expect(parseRetryAfter('soon', 0)).toBeUndefined();
    expect(parseRetryAfter('-1', 0)).toBeUndefined();
    expect(parseRetryAfter(null, 0)).toBeUndefined();
  });
});
