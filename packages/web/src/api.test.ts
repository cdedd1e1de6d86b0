import { describe, expect, it } from 'vitest';
import { createApi } from './api.ts';

function recording(body: unknown = { readings: [] }, status = 200) {
  const calls: { url: string; init: RequestInit }[] = [];
  const api = createApi(async (url, init) => {
    calls.push({ url: String(url), init: init ?? {} });
    return new Response(status === 204 ? null : JSON.stringify(body), { status });
  });
  return { api, calls };
}

describe('the client', () => {
  it('previews strokes without keeping them', async () => {
    const { api, calls } = recording();
    await api.read(
      {
        strokes: [
          [
            [1, 2],
            [3, 4, 0.5],
          ],
        ],
      },
      { keep: false },
    );
    expect(calls[0]).toMatchObject({
      url: '/api/readings?keep=false',
      init: { method: 'POST', body: '{"strokes":[[[1,2],[3,4,0.5]]]}' },
    });
  });

  it('sends a picture as a form with a part named file', async () => {
    const { api, calls } = recording();
    await api.read({ file: new File(['x'], 'seven.png', { type: 'image/png' }) });
    expect(calls[0]?.url).toBe('/api/readings');
    const part = (calls[0]!.init.body as FormData).get('file') as File;
    expect([part.name, part.type]).toEqual(['seven.png', 'image/png']);
  });

  it('leaves out what was not asked for', async () => {
    const { api, calls } = recording({ readings: [], next: null });
    await api.list({ limit: 40, text: '', unsure: false, before: undefined });
    await api.list({ text: '4 7', unsure: true, before: 'a/b' });
    expect(calls.map((call) => call.url)).toEqual([
      '/api/readings?limit=40',
      '/api/readings?text=4+7&unsure=true&before=a%2Fb',
    ]);
  });

  it('corrects, and takes a correction back', async () => {
    const { api, calls } = recording({});
    await api.correct('a', '47');
    await api.correct('a', null);
    expect(calls.map((call) => call.init.body)).toEqual(['{"corrected":"47"}', '{"corrected":null}']);
  });

  it('takes 204 for an answer', async () => {
    const { api } = recording(undefined, 204);
    await expect(api.remove('a')).resolves.toBeUndefined();
  });

  it('rethrows the reason of an abort', async () => {
    const reason = new Error('a newer one');
    const api = createApi(() => Promise.reject(new DOMException('aborted', 'AbortError')));
    await expect(api.model({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
