import { expect, it } from 'vitest';
import { pretendReadings } from './many-readings.ts';
import { phone, setStage } from './stage.ts';

const stage = setStage();

it.each([
  ['beside the sheet', {}, ''],
  ['on a phone', phone, '#/readings'],
])(
  'pages through a thousand readings %s, with only those in sight in the document',
  async (_where, options, hash) => {
    const page = await stage.open(options, hash);
    await pretendReadings(page, 1000);
    await page.locator('.row').first().waitFor();
    const scroll = () =>
      page.evaluate(() => {
        const inner = document.querySelector('.readings-scroll')!;
        const scroller = getComputedStyle(inner).overflowY === 'auto' ? inner : document.scrollingElement!;
        scroller.scrollTop = scroller.scrollHeight;
      });
    await expect
      .poll(
        async () => (await scroll(), page.locator('.long-list > li').last().getAttribute('aria-posinset')),
        { timeout: 30_000, interval: 60 },
      )
      .toBe('1000');
    expect(await page.locator('.long-list > li').count()).toBeLessThan(60);
  },
);
