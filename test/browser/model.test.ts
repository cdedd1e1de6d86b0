import { expect, it } from 'vitest';
import { setStage } from './stage.ts';

const stage = setStage();

it('shows how often the reader is right, what it mixes up and what it looks at', async () => {
  const page = await stage.open({}, '#/model');
  await page.locator('.figure').first().waitFor();
  expect(await page.locator('.figure-accuracy').first().textContent()).toMatch(/^\d+\.\d\d\s?%$/);
  expect(await page.getByRole('table').getByRole('cell').count()).toBeGreaterThanOrEqual(100);
  await expect.poll(() => page.locator('.weights canvas').count()).toBe(10);
  const isPainted = await page
    .locator('.weights canvas')
    .first()
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, 28, 28);
      return (
        new Set(Array.from({ length: 784 }, (_, pixel) => data.slice(pixel * 4, pixel * 4 + 3).join())).size >
        20
      );
    });
  expect(isPainted).toBe(true);
});

it('tries ten samples from there', async () => {
  const page = await stage.open({}, '#/model');
  await page.getByRole('button', { name: 'Try ten samples' }).click();
  await page
    .locator('.summary')
    .getByText(/\d+ of 10 right/)
    .waitFor();
});
