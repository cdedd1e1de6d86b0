import { signal } from '@preact/signals';
import { outcome } from './keep-readings.ts';
import { placeFiles } from './pictures.ts';

/** Whether files are being dragged over the page. */
export const isDropping = signal(false);

/** Lets pictures in from everywhere on the page: dropped or pasted. Called once. */
export function receiveDropsAndPastes(target: Document): void {
  let depth = 0; // Every element that the pointer passes enters and leaves.
  const stop = (): void => {
    depth = 0;
    isDropping.value = false;
  };
  target.addEventListener('dragenter', (event) => {
    if (!hasFiles(event)) return;
    depth++;
    isDropping.value = true;
  });
  target.addEventListener('dragleave', (event) => {
    if (hasFiles(event) && --depth <= 0) stop();
  });
  // Without this the browser would leave the page for the picture.
  target.addEventListener('dragover', (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  target.addEventListener('drop', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    stop();
    receiveFiles(event.dataTransfer?.files);
  });
  target.addEventListener('paste', (event) => {
    const { files } = event.clipboardData ?? {};
    if (!files?.length) return;
    event.preventDefault();
    receiveFiles(files);
  });
}

/** Lays files on the sheet, wherever they come from. */
export function receiveFiles(files: FileList | null | undefined): void {
  if (!files?.length) return;
  outcome.value = {};
  location.hash = '#/write';
  placeFiles([...files]);
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false;
