import type { Page } from 'playwright-core';
import { handwriting } from './handwriting.ts';

export interface DrawnPicture {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** A picture of a number in somebody's hand, dark on paper, as PNG or JPEG; drawn by the browser that tests the page. */
export async function drawPicture(page: Page, text: string, { type = 'image/png', size = 120 } = {}): Promise<DrawnPicture> {
  const digits = [...text].map((digit, index) => handwriting[Number(digit)]![index % 2]!);
  const base64 = await page.evaluate(
    ({ digits, type, size }) => {
      const canvas = document.createElement('canvas');
      const widths = digits.map((lines) => Math.max(...lines.flatMap((line) => line.filter((_, index) => index % 2 === 0))));
      const scale = size / 100;
      canvas.width = (widths.reduce((sum, width) => sum + width, 0) + 30 * (digits.length + 1)) * scale;
      canvas.height = 190 * scale;
      const context = canvas.getContext('2d')!;
      context.fillStyle = '#f4eede';
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.scale(scale, scale);
      context.strokeStyle = '#26282f';
      context.lineWidth = 9;
      context.lineCap = context.lineJoin = 'round';
      let left = 30;
      digits.forEach((lines, digit) => {
        for (const line of lines) {
          context.beginPath();
          for (let at = 0; at < line.length; at += 2) context.lineTo(left + line[at]!, 45 + line[at + 1]!);
          context.stroke();
        }
        left += widths[digit]! + 30;
      });
      return canvas.toDataURL(type).split(',')[1]!;
    },
    { digits, type, size },
  );
  const ending = type === 'image/jpeg' ? 'jpg' : 'png';
  return { name: `${text}.${ending}`, mimeType: type, buffer: Buffer.from(base64, 'base64') };
}

/** Hands files to the page as the browser does when they are dropped or pasted. */
export async function handOver(page: Page, how: 'drop' | 'paste', pictures: readonly DrawnPicture[]): Promise<void> {
  const files = pictures.map(({ name, mimeType, buffer }) => ({ name, mimeType, base64: buffer.toString('base64') }));
  await page.evaluate(
    ({ how, files }) => {
      const transfer = new DataTransfer();
      for (const { name, mimeType, base64 } of files) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type: mimeType }));
      }
      const target = document.body;
      if (how === 'paste') {
        target.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }));
        return;
      }
      for (const type of ['dragenter', 'dragover', 'drop']) {
        target.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
      }
    },
    { how, files },
  );
}
