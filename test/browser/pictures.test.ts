import { expect, it } from 'vitest';
import { drawPicture, handOver } from './drawn-picture.ts';
import { expectKept, expectRead } from './reading.ts';
import { phone, setStage } from './stage.ts';

const stage = setStage();

it('reads a picture that is chosen, with a box over each digit, and keeps it with Enter', async () => {
  const page = await stage.open();
  await page.getByLabel('Picture', { exact: true }).setInputFiles(await drawPicture(page, '2047'));
  await expectRead(page, '2047');
  const print = (await page.locator('.print').boundingBox())!;
  const box = (await page.locator('.print .digit-box').first().boundingBox())!;
  expect(box.x).toBeGreaterThan(print.x);
  expect(box.x + box.width).toBeLessThan(print.x + print.width / 2);
  await page.keyboard.press('Enter');
  await page.locator('.kept-note').waitFor();
  await expectKept(page, ['2047']);
  await page.locator('.invitation').waitFor();
});

it('reads a picture that is dropped anywhere', async () => {
  const page = await stage.open({}, '#/model');
  await handOver(page, 'drop', [await drawPicture(page, '66', { type: 'image/jpeg' })]);
  await expectRead(page, '66');
});

it('reads a picture that is pasted', async () => {
  const page = await stage.open();
  await handOver(page, 'paste', [await drawPicture(page, '86')]);
  await expectRead(page, '86');
});

it('reads several at once, names the bad one and keeps the good ones', async () => {
  const page = await stage.open();
  stage.expectErrors(/415|422|400/);
  const good = [await drawPicture(page, '38'), await drawPicture(page, '47')];
  const bad = { name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('not a picture at all') };
  await handOver(page, 'drop', [good[0]!, bad, good[1]!]);
  await page.getByText('2 of 3 read').waitFor();
  expect(await page.locator('.contact-problem').textContent()).toContain('notes.png');
  await page.getByRole('button', { name: 'Keep all 2' }).click();
  await expect.poll(() => page.locator('.row').count()).toBeGreaterThanOrEqual(2);
  await expect.poll(() => page.locator('.contact, .print').count()).toBe(1);
});

it.each([
  ['notes.txt', 'text/plain', 'hello', 'Not a picture that can be read'],
  [
    'seven.svg',
    'image/svg+xml',
    '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'Not a picture that can be read',
  ],
  [
    'IMG_0001.HEIC',
    'image/heic',
    '\0\0\0\x18ftypheic\0\0\0\0mif1heic',
    'Save a HEIC photograph as JPEG first',
  ],
  ['empty.png', 'image/png', '', 'This file is empty'],
])('says what is wrong with %s', async (name, mimeType, content, told) => {
  const page = await stage.open();
  stage.expectErrors(/415|400/);
  await handOver(page, 'drop', [{ name, mimeType, buffer: Buffer.from(content) }]);
  await page.getByRole('alert').getByText(told).waitFor();
  await page.locator('.print').getByText(name).waitFor();
});

it('looks closely at one of several, and back', async () => {
  const page = await stage.open();
  await handOver(page, 'drop', [await drawPicture(page, '38'), await drawPicture(page, '52')]);
  await page.getByText('2 of 2 read').waitFor();
  await page.locator('.contact').nth(1).click();
  await expectRead(page, '52');
  await page.getByRole('button', { name: 'All pictures' }).click();
  await page.getByText('2 of 2 read').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.invitation').waitFor();
});

it('offers the camera where there is a finger', async () => {
  const page = await stage.open(phone);
  const camera = page.getByLabel('Camera');
  expect(await page.locator('.tool-capture').isVisible()).toBe(true);
  expect(await camera.getAttribute('capture')).toBe('environment');
  await camera.setInputFiles(await drawPicture(page, '8'));
  await expectRead(page, '8');
  const desktop = await stage.open();
  expect(await desktop.locator('.tool-capture').isVisible()).toBe(false);
});

it('reads ten samples and says how many are right', async () => {
  const page = await stage.open();
  await page.getByRole('button', { name: 'Ten samples' }).click();
  await page
    .locator('.summary')
    .getByText(/\d+ of 10 right/)
    .waitFor();
  expect(await page.locator('.contact').count()).toBe(10);
});

it('lays a picture down in its own shape, and keeps that shape when it is read', async () => {
  const page = await stage.open();
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/api/readings?keep=false', async (route) => {
    await held;
    await route.continue();
  });
  const picture = await drawPicture(page, '38');
  await handOver(page, 'drop', [picture]);
  await page.locator('.print[data-reading=true] .file-picture[data-state=shown]').waitFor();
  const shape = () =>
    page
      .locator('.print')
      .evaluate((print) => Math.round(print.clientWidth) / Math.round(print.clientHeight));
  const seen = await shape();
  expect(Math.abs(seen - 1.5)).toBeGreaterThan(0.1);
  release();
  await page.locator('.reading .number').waitFor();
  expect(await shape()).toBeCloseTo(seen, 1);
});
