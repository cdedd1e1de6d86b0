import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenHttp } from '../src/index.ts';
import { fakePicture } from './fake-reader.ts';
import { composeHub } from './hub-on-wire.ts';
import { formOf, problemIn, serveHub } from './served-hub.ts';

const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

async function builtPage(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'inkwire-page-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await mkdir(join(directory, 'assets'));
  await writeFile(join(directory, 'index.html'), '<!doctype html><title>built</title>');
  await writeFile(join(directory, 'theme.js'), '// theme');
  await writeFile(join(directory, 'assets', 'index-12ab.js'), '// script');
  await writeFile(join(directory, 'assets', 'index-12ab.css'), 'body {}');
  await writeFile(join(directory, 'assets', 'index-12ab.css.br'), 'compressed');
  return directory;
}

function ask(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { headers, agent: false }, (response) => resolve(response.resume())).on('error', reject);
  });
}

describe('without JavaScript', () => {
  it('a form leads to a page that says what was read', async () => {
    const { fetch } = await serveHub();
    const posted = await fetch('/', {
      method: 'POST',
      headers: browser,
      body: formOf(['8.png', fakePicture('8')]),
      redirect: 'manual',
    });
    expect(posted.status).toBe(303);
    const path = posted.headers.get('location')!;
    expect(path).toMatch(/^\/uploads\/[\w-]+$/);
    const page = await fetch(path);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const text = await page.text();
    expect(text).toContain('>The prediction number is :8<');
    expect(text).toContain(`/api/readings/${path.slice('/uploads/'.length)}/image`);
  });

  it('the page says when the reader is not sure', async () => {
    const { fetch } = await serveHub();
    const pageOf = async (text: string) =>
      (await fetch('/', { method: 'POST', body: formOf(['x', fakePicture(text)]) })).text();
    expect(await pageOf('91')).toContain('The reader is not sure');
    expect(await pageOf('19')).not.toContain('not sure');
  });

  it('an unknown upload is 404, for browsers a page', async () => {
    const { fetch } = await serveHub();
    expect(await problemIn(await fetch('/uploads/nothing'))).toMatchObject({
      status: 404,
      code: 'HUB_NOT_FOUND',
    });
    const page = await fetch('/uploads/nothing', { headers: browser });
    expect(page.status).toBe(404);
    expect(await page.text()).toContain('HUB_NOT_FOUND');
  });

  it('what was read is text and never markup', async () => {
    const { fetch } = await serveHub();
    const posted = await fetch('/', {
      method: 'POST',
      body: formOf(['x', fakePicture('<b>"1"&\'')]),
      redirect: 'manual',
    });
    const text = await (await fetch(posted.headers.get('location')!)).text();
    expect(text).toContain('The prediction number is :&lt;b&gt;&quot;1&quot;&amp;&#39;<');
  });

  it('what cannot be read is a page with the problem', async () => {
    const { fetch, readings } = await serveHub();
    const posted = await fetch('/', {
      method: 'POST',
      headers: browser,
      body: formOf(['x', fakePicture('blank')]),
    });
    expect(posted.status).toBe(422);
    expect(posted.headers.get('content-type')).toContain('text/html');
    expect(await posted.text()).toContain('DIGITS_NONE_FOUND');
    const script = await fetch('/', { method: 'POST', body: formOf(['x', fakePicture('blank')]) });
    expect(await problemIn(script)).toMatchObject({ code: 'DIGITS_NONE_FOUND' });
    expect(await readings.count()).toBe(0);
  });

  it('there is a form when no page was built', async () => {
    const { fetch } = await serveHub();
    const text = await (await fetch('/')).text();
    expect(text).toContain('enctype="multipart/form-data"');
    expect(text).toContain('name="file"');
  });
});

describe('the built page', () => {
  it('is served with its assets, hashed ones for ever', async () => {
    const { fetch, url } = await serveHub({ page: await builtPage() });
    const index = await fetch('/');
    expect(await index.text()).toContain('built');
    expect(index.headers.get('cache-control')).toBe('no-cache');
    expect(index.headers.get('content-security-policy')).toContain("script-src 'self'");
    const script = await fetch('/assets/index-12ab.js');
    expect(script.headers.get('content-type')).toContain('javascript');
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await fetch('/theme.js')).headers.get('cache-control')).toBe('no-cache');
    // Not fetch, which asks for a fresh copy as soon as it is told of an older one.
    const again = await ask(`${url}/`, { 'if-none-match': index.headers.get('etag')! });
    expect(again.statusCode).toBe(304);
    const style = await ask(`${url}/assets/index-12ab.css`, { 'accept-encoding': 'br' });
    expect(style.headers['content-encoding']).toBe('br');
  });

  it('keeps the routes, and everything outside of its directory, as they are', async () => {
    const page = await builtPage();
    await writeFile(join(page, '..', 'secret.txt'), 'secret');
    onTestFinished(() => rm(join(page, '..', 'secret.txt')));
    const { fetch } = await serveHub({ page });
    expect((await fetch('/api/readings')).headers.get('content-type')).toContain('json');
    for (const path of [
      '/nothing.js',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/assets/%2e%2e/%2e%2e/secret.txt',
      '/.env',
      '/assets/',
    ])
      expect((await fetch(path)).status).toBeGreaterThanOrEqual(400);
    expect(await problemIn(await fetch('/nothing.js'))).toMatchObject({ status: 404, code: 'HUB_NOT_FOUND' });
    const posted = await fetch('/', {
      method: 'POST',
      body: formOf(['8', fakePicture('8')]),
      redirect: 'manual',
    });
    expect(posted.status).toBe(303);
  });

  it('that is not there is HUB_PAGE_MISSING', async () => {
    const hub = composeHub();
    await expect(listenHttp(hub, { port: 0, page: '/nowhere' })).rejects.toMatchObject({
      code: 'HUB_PAGE_MISSING',
    });
  });
});
