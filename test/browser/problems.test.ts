import { expect, it } from 'vitest';
import { drawPicture } from './drawn-picture.ts';
import { expectRead } from './reading.ts';
import { setStage } from './stage.ts';
import { write } from './writing.ts';

const stage = setStage();
const preview = '**/api/readings?keep=false';

const problem = (status: number, code: string, headers: Record<string, string> = {}) => ({
  status,
  headers,
  contentType: 'application/problem+json',
  body: JSON.stringify({ type: 'about:blank', title: code, status, code }),
});

it.each([
  [413, 'DIGITS_PICTURE_TOO_LARGE', 'This picture is too large'],
  [415, 'DIGITS_PICTURE_UNSUPPORTED', 'Not a picture that can be read'],
  [422, 'DIGITS_NONE_FOUND', 'No digit found'],
  [422, 'DIGITS_PICTURE_DAMAGED', 'This picture is damaged'],
  [401, 'HUB_TOKEN_MISSING', 'This hub asks for a token'],
  [500, 'HUB_FAILED', 'Something went wrong'],
])('%i %s is told as “%s”', async (status, code, words) => {
  stage.expectErrors(new RegExp(String(status)));
  const page = await stage.open();
  await page.route(preview, (route) => route.fulfill(problem(status, code)));
  await page.getByLabel('Picture', { exact: true }).setInputFiles(await drawPicture(page, '7'));
  const alert = page.getByRole('alert');
  await alert.getByText(words).waitFor();
  expect(await alert.textContent()).toContain(code);
  expect(await page.getByRole('button', { name: 'Keep' }).isDisabled()).toBe(true);
});

it('finds no digit in a dot, and says so', async () => {
  stage.expectErrors(/422/);
  const page = await stage.open();
  await page.route(preview, (route) => route.fulfill(problem(422, 'DIGITS_NONE_FOUND')));
  await page.locator('.ink-canvas').click();
  await page.getByText('No digit found').waitFor();
});

it.each([
  [503, 'DIGITS_OVERLOADED', 'The reader is busy'],
  [429, 'HUB_RATE_LIMITED', 'A moment, please'],
])('tries again by itself after %i, as late as the hub asks', async (status, code, words) => {
  stage.expectErrors(new RegExp(String(status)));
  const page = await stage.open();
  await page.clock.install();
  await page.route(preview, (route) => route.fulfill(problem(status, code, { 'retry-after': '600' })), {
    times: 1,
  });
  await write(page, '3');
  await page.getByText(words).waitFor();
  await page.getByText(/Trying again in/).waitFor();
  await page.clock.fastForward(600_000);
  await expectRead(page, '3');
});

it('keeps the ink while the network is away, and reads it once it is back', async () => {
  stage.expectErrors(/ERR_|Failed to load/);
  const page = await stage.open();
  await page.context().setOffline(true);
  await write(page, '47');
  // Of the ink: the list may miss the hub too.
  await page.locator('.reading').getByText('The hub cannot be reached').waitFor();
  await page.context().setOffline(false);
  await expectRead(page, '47');
});

it('tries again at once when asked to', async () => {
  stage.expectErrors(/503/);
  const page = await stage.open();
  const busy = problem(503, 'DIGITS_OVERLOADED', { 'retry-after': '600' });
  await page.route(preview, (route) => route.fulfill(busy), { times: 1 });
  await write(page, '3');
  await page.getByRole('button', { name: 'Try now' }).click();
  await expectRead(page, '3');
});

it('puts a correction back that the hub refused', async () => {
  stage.expectErrors(/503/);
  const page = await stage.open();
  await write(page, '38');
  await expectRead(page, '38');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Correct 38' }).waitFor();
  await page.route('**/api/readings/*', (route) =>
    route.request().method() === 'PATCH' ? route.fulfill(problem(503, 'HUB_BUSY')) : route.fallback(),
  );
  await page.getByRole('button', { name: 'Correct 38' }).click();
  await page.keyboard.type('99');
  await page.keyboard.press('Enter');
  await page.locator('.notice').getByText('The reader is busy').waitFor();
  expect(await page.locator('.row .reading-text > span').first().textContent()).toBe('38');
});

it('says when the list cannot be loaded, and loads it when asked', async () => {
  stage.expectErrors(/503/);
  const page = await stage.open();
  await page.route('**/api/readings?limit=*', (route) => route.fulfill(problem(503, 'HUB_BUSY')));
  await page.reload();
  await page.locator('.readings').getByText('The reader is busy').waitFor();
  await page.unrouteAll();
  await page.locator('.readings').getByRole('button', { name: 'Try now' }).click();
  await expect.poll(() => page.locator('.row').count()).toBeGreaterThan(0);
});
