import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

/** Larger ones are shown smaller, not stored smaller: what the hub reads is the file itself. */
const maxShownPixels = 1_600;

export interface FilePictureProps {
  readonly file: File;
  readonly label: string;
  /** Said where the browser cannot show it. */
  readonly instead: string;
  /** Receives its width divided by its height, as soon as that is known. */
  readonly onShape?: ((ratio: number) => void) | undefined;
}

/**
 * A file's picture, upright, on a canvas: no address is made for it, so the page needs no `blob:` in its policy.
 * Where the browser cannot show it (TIFF, a file that is no picture), `instead` says so.
 */
export function FilePicture({ file, label, instead, onShape }: FilePictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const state = useSignal<'opening' | 'shown' | 'unknown'>('opening');

  useEffect(() => {
    let isWanted = true;
    drawFile(file, () => (isWanted ? canvas.current : null)).then(
      (ratio) => {
        if (!isWanted) return;
        state.value = 'shown';
        onShape?.(ratio);
      },
      () => isWanted && (state.value = 'unknown'),
    );
    return () => void (isWanted = false);
  }, [file]);

  return (
    <>
      <canvas ref={canvas} class="file-picture" role="img" aria-label={label} data-state={state.value} />
      {state.value === 'unknown' && <p class="file-picture-unknown">{instead}</p>}
    </>
  );
}

async function drawFile(file: File, target: () => HTMLCanvasElement | null): Promise<number> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  try {
    const ratio = bitmap.width / bitmap.height;
    const canvas = target();
    if (!canvas) return ratio;
    const scale = Math.min(1, maxShownPixels / Math.max(bitmap.width, bitmap.height));
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.dataset.tiny = String(bitmap.width < 120 && bitmap.height < 120);
    const context = canvas.getContext('2d')!;
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return ratio;
  } finally {
    bitmap.close();
  }
}
