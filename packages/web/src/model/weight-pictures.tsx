import { useEffect, useRef } from 'preact/hooks';
import type { Weights } from '../api.ts';
import { formatAccuracy } from '../format-percent.ts';
import { theme } from '../theme.ts';
import { languageTag, words } from '../words/language.ts';
import { largestWeight, type Rgb, weightPixels } from './weight-pixels.ts';

const side = 28;

/** The ten weight pictures of softmax regression: what ink speaks for each digit, and what ink speaks against it. */
export function WeightPictures({ weights: { weights, accuracy } }: { weights: Weights }) {
  const { weights: heading, weightsHint, weightsRight, against, forIt } = words.value.model;
  const largest = largestWeight(weights);
  return (
    <section class="weights" aria-labelledby="weights-heading">
      <h3 id="weights-heading">{heading}</h3>
      <p class="model-note">
        {weightsHint} {accuracy !== null && weightsRight(formatAccuracy(accuracy, languageTag.value))}
      </p>
      <ul>
        {weights.map((row, digit) => (
          <li key={digit}>
            <WeightPicture digit={digit} weights={row} largest={largest} />
            <span aria-hidden="true">{digit}</span>
          </li>
        ))}
      </ul>
      <p class="weights-key" aria-hidden="true">
        {against}
        <i />
        {forIt}
      </p>
    </section>
  );
}

function WeightPicture({
  digit,
  weights,
  largest,
}: {
  digit: number;
  weights: readonly number[];
  largest: number;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const light = theme.value;
  useEffect(() => {
    const style = getComputedStyle(canvas.current!);
    const colour = (name: string): Rgb =>
      style.getPropertyValue(name).trim().split(/\s+/).map(Number) as unknown as Rgb;
    const colours = {
      positive: colour('--weight-for'),
      negative: colour('--weight-against'),
      zero: colour('--weight-zero'),
    };
    const picture = new ImageData(weightPixels(weights, largest, colours), side, side);
    canvas.current!.getContext('2d')!.putImageData(picture, 0, 0);
  }, [weights, largest, light]);
  return (
    <canvas
      ref={canvas}
      width={side}
      height={side}
      role="img"
      aria-label={words.value.model.weightOf(digit)}
    />
  );
}
