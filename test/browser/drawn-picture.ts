import type { Page } from 'playwright-core';
import { handwriting } from './handwriting.ts';

export interface DrawnPicture {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** A picture of a number in somebody's hand, dark on paper, as PNG or JPEG; drawn by the browser that tests the page. */
export async function drawPicture(
  page: Page,
  text: string,
  { type = 'image/png', size = 120 } = {},
): Promise<DrawnPicture> {
  const digits = [...text].map((digit, index) => handwriting[Number(digit)]![index % 2]!);
  const base64 = await page.evaluate(
    ({ digits, type, size }) => {
      const canvas = document.createElement('canvas');
      const widths = digits.map((lines) =>
        Math.max(...lines.flatMap((line) => line.filter((_, index) => index % 2 === 0))),
      );
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

/** Something like a photograph: a number on ruled paper in a lamp's light, at a slight angle, with grain. */
export async function drawPhotograph(page: Page, text: string): Promise<DrawnPicture> {
  const digits = [...text].map((digit, index) => handwriting[Number(digit)]![index % 2]!);
  const base64 = await page.evaluate((digits) => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [1200, 800];
    const context = canvas.getContext('2d')!;
    const light = context.createRadialGradient(380, 220, 60, 500, 380, 900);
    light.addColorStop(0, '#fbf6e8');
    light.addColorStop(0.6, '#d8cdb6');
    light.addColorStop(1, '#8d8270');
    context.fillStyle = light;
    context.fillRect(0, 0, 1200, 800);
    context.translate(600, 400);
    context.rotate(-0.045);
    context.strokeStyle = '#9fb0c455';
    context.lineWidth = 2;
    for (let y = -500; y < 500; y += 92) {
      context.beginPath();
      context.moveTo(-800, y);
      context.lineTo(800, y);
      context.stroke();
    }
    context.strokeStyle = '#1d2740';
    context.lineWidth = 4.2;
    context.lineCap = context.lineJoin = 'round';
    context.scale(3.1, 3.1);
    let left = -44 * digits.length;
    for (const lines of digits) {
      for (const line of lines) {
        context.beginPath();
        for (let at = 0; at < line.length; at += 2)
          context.lineTo(left + line[at]! * 0.8, line[at + 1]! * 0.8 - 40);
        context.stroke();
      }
      left += 90;
    }
    const pixels = context.getImageData(0, 0, 1200, 800);
    let seed = 7;
    for (let index = 0; index < pixels.data.length; index += 4) {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
      const grain = (seed / 0x7fffffff - 0.5) * 14;
      for (let channel = 0; channel < 3; channel++) pixels.data[index + channel]! += grain;
    }
    context.putImageData(pixels, 0, 0);
    return canvas.toDataURL('image/jpeg', 0.86).split(',')[1]!;
  }, digits);
  return { name: `photograph-of-${text}.jpg`, mimeType: 'image/jpeg', buffer: Buffer.from(base64, 'base64') };
}

/** Hands files to the page as the browser does when they are dropped or pasted. */
export async function handOver(
  page: Page,
  how: 'drop' | 'paste',
  pictures: readonly DrawnPicture[],
): Promise<void> {
  const files = pictures.map(({ name, mimeType, buffer }) => ({
    name,
    mimeType,
    base64: buffer.toString('base64'),
  }));
  await page.evaluate(
    ({ how, files }) => {
      const transfer = new DataTransfer();
      for (const { name, mimeType, base64 } of files) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type: mimeType }));
      }
      const target = document.body;
      if (how === 'paste') {
        target.dispatchEvent(
          new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }),
        );
        return;
      }
      for (const type of ['dragenter', 'dragover', 'drop']) {
        target.dispatchEvent(
          new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }),
        );
      }
    },
    { how, files },
  );
}
