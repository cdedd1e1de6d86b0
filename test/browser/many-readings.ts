import type { Page } from 'playwright-core';

/** Pretends that the hub keeps this many readings; their pictures are one dot. */
export async function pretendReadings(page: Page, count: number): Promise<void> {
  const readings = Array.from({ length: count }, (_, index) => readingAt(count - index));
  await page.route(/\/api\/readings(\?.*)?$/, (route) => {
    if (route.request().method() !== 'GET') return route.fallback();
    const query = new URL(route.request().url()).searchParams;
    const from = Number(query.get('before') ?? 0);
    const to = from + Number(query.get('limit') ?? 50);
    return route.fulfill({
      json: { readings: readings.slice(from, to), next: to < count ? String(to) : null },
    });
  });
  await page.route(/\/api\/readings\/[^/]+\/image$/, (route) =>
    route.fulfill({ contentType: 'image/svg+xml', body: slip(route.request().url()) }),
  );
  await page.reload();
}

function readingAt(number: number) {
  const text = String((number * 7919) % 10_000);
  const unsure = number % 9 === 0;
  const confidence = unsure ? 0.48 : 0.9 + (number % 10) / 101;
  const digits = [...text].map((digit, index) => ({
    digit: Number(digit),
    confidence,
    box: [20 + index * 60, 20, 50, 60],
    probabilities: Array.from({ length: 10 }, (_, candidate) =>
      candidate === Number(digit) ? confidence : (1 - confidence) / 9,
    ),
  }));
  return {
    id: `0189${String(number).padStart(8, '0')}-7000-8000-${text.padStart(12, '0')}`,
    time: new Date(Date.now() - (10_000 - number) * 173_000).toISOString(),
    source: number % 3 ? 'drawing' : 'upload',
    text,
    written: text,
    confidence,
    unsure,
    digits,
    model: 'cnn-000000000000',
    corrected: number % 7 ? null : String(number),
    width: 280,
    height: 100,
  };
}

function slip(url: string): string {
  const text = Number(/-(\d+)\/image$/.exec(decodeURIComponent(url))?.[1] ?? 0);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="280" height="100"><rect width="280" height="100" fill="#fff"/><text x="140" y="75" font-size="72" font-style="italic" font-family="serif" text-anchor="middle">${text}</text></svg>`;
}
