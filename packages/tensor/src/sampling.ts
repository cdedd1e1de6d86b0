import { shapeError } from './shape.ts';
import { apply, type Tensor } from './tensor.ts';

/** The options with which `gridSample` reads between and beyond pixels. */
export interface GridSampleOptions {
  /** Default `'zeros'`. */
  readonly beyond?: 'zeros' | 'border' | 'reflection';
  /** Default `'bilinear'`. */
  readonly mode?: 'bilinear' | 'nearest';
  /** Whether −1 and 1 mean the centres of the outermost pixels rather than their outer edges. Default false. */
  readonly alignCorners?: boolean;
}

/**
 * Reads x `[batch, channels, height, width]` at the places in `grid` `[batch, h, w, 2]`, each an (x, y) from −1 to 1,
 * and returns `[batch, channels, h, w]`. No gradient: it is for augmenting what goes into a network.
 */
export function gridSample(x: Tensor, grid: Tensor, options: GridSampleOptions = {}): Tensor {
  if (x.rank !== 4 || grid.rank !== 4 || grid.shape[0] !== x.shape[0] || grid.shape[3] !== 2) {
    throw shapeError(
      'gridSample',
      'expected [batch, channels, height, width] and [batch, h, w, 2]',
      x.shape,
      grid.shape,
    );
  }
  const attributes = {
    mode: options.mode ?? 'bilinear',
    padding_mode: options.beyond ?? 'zeros',
    align_corners: options.alignCorners ? 1 : 0,
  };
  const shape = [x.shape[0]!, x.shape[1]!, grid.shape[1]!, grid.shape[2]!];
  return apply('GridSample', [x, grid], { shape }, { attributes });
}
