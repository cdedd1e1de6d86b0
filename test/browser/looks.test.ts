import { expect, it } from 'vitest';
import { expectRead } from './reading.ts';
import { phone, setStage } from './stage.ts';
import { write } from './writing.ts';

const stage = setStage();
const desk = () => getComputedStyle(document.documentElement).getPropertyValue('--desk').trim();

it('speaks Chinese to a Chinese browser, and English when asked', async () => {
  const page = await stage.open({ locale: 'zh-CN' });
  await page.getByRole('heading', { name: '保存的记录' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('zh-Hans');
  await page.getByRole('button', { name: 'Switch to English' }).click();
  await page.getByRole('heading', { name: 'Kept readings' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Kept readings' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
});

it('is dark in the dark, and light when asked, from the first paint on', async () => {
  const page = await stage.open({ colorScheme: 'dark' });
  await page.locator('.ink-canvas').waitFor();
  expect(await page.evaluate(desk)).toBe('#16120e');
  await page.getByRole('button', { name: 'Turn the light up' }).click();
  expect(await page.evaluate(desk)).toBe('#e9e1d1');
  await page.reload({ waitUntil: 'commit' });
  await page.waitForFunction(() => document.documentElement?.dataset.theme === 'light');
});

it('follows the system while nobody has chosen', async () => {
  const page = await stage.open();
  await page.locator('.ink-canvas').waitFor();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(() => page.evaluate(desk)).toBe('#16120e');
});

it.each([320, 390, 768, 1000, 1280, 1600])('fits a window %i pixels wide', async (width) => {
  const page = await stage.open({ viewport: { width, height: 800 } });
  for (const view of ['write', 'readings', 'wire', 'model']) {
    await page.goto(`${stage.hub.url}/#/${view}`);
    await page
      .locator(view === 'model' ? '.weights canvas, .model .problem' : '.ink-canvas')
      .first()
      .waitFor({ state: 'attached' });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), view).toBeLessThanOrEqual(width);
  }
});

it('fits a phone with a long number and its bars', async () => {
  const page = await stage.open({ ...phone, viewport: { width: 320, height: 640 } });
  await write(page, '386', { height: 0.3 });
  await expectRead(page, '386');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
});

it('keeps still for those who ask for it', async () => {
  const page = await stage.open({ reducedMotion: 'reduce' });
  await page.locator('.invitation').waitFor();
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
});
