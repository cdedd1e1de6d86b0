/** softmax(logits / temperature) from row `fromRow` of `logits` to row `toRow` of `output`, ten numbers each. */
export function softmax(
  logits: ArrayLike<number>,
  fromRow: number,
  output: Float32Array | Float64Array,
  toRow: number,
  temperature: number,
): void {
  const from = fromRow * 10;
  const to = toRow * 10;
  let top = -Infinity;
  for (let i = 0; i < 10; i++) top = Math.max(top, logits[from + i]!);
  let sum = 0;
  for (let i = 0; i < 10; i++) sum += output[to + i] = Math.exp((logits[from + i]! - top) / temperature);
  for (let i = 0; i < 10; i++) output[to + i]! /= sum;
}
