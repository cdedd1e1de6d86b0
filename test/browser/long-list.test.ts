import { expect, it } from 'vitest';
import { pretendReadings } from './many-readings.ts';
import { phone, setStage } from './stage.ts';

const stage = setStage();

it.each([
  ['beside the sheet', {}, ''],
  ['on a phone', phone, '#/readings'],
])(
  'pages through six hundred readings %s, with only those in sight in the document',
  async (_where, options, hash) => {
    const page = await stage.open(options, hash);
    await pretendReadings(page, 600);
    await page.locator('.row').first().waitFor();
    const lastAfterScrolling = async () => {
      await page.evaluate(() => {
        const inner = document.querySelector('.readings-scroll')!;
        const scroller = getComputedStyle(inner).overflowY === 'auto' ? inner : document.scrollingElement!;
        scroller.scrollTop = scroller.scrollHeight;
      });
      return page.locator('.long-list > li').last().getAttribute('aria-posinset');
    };
    await expect.poll(lastAfterScrolling).toBe('600');
    expect(await page.locator('.long-list > li').count()).toBeLessThan(60);
  },
);
