import { signal } from '@preact/signals';
import { outcome } from './keeping.ts';
import { layDown } from './pictures.ts';

/** Whether files are being dragged over the page. */
export const isDropping = signal(false);

/** Lets pictures in from everywhere on the page: dropped or pasted. Called once. */
export function letPicturesIn(target: Document): void {
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
    receive(event.dataTransfer?.files);
  });
  target.addEventListener('paste', (event) => {
    const { files } = event.clipboardData ?? {};
    if (!files?.length) return;
    event.preventDefault();
    receive(files);
  });
}

/** Lays files on the sheet, wherever they come from. */
export function receive(files: FileList | null | undefined): void {
  if (!files?.length) return;
  outcome.value = {};
  location.hash = '#/write';
  layDown([...files]);
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false;
