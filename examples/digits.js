// Reads a number that is drawn with a pen, and says how sure it is of each digit.
// Run: node examples/digits.js
import { openReader } from '@inkwire/digits';

/**
 * A four and a seven, as a pen draws them: strokes of points, in any unit.
 * @type {import('@inkwire/digits').Stroke[]}
 */
const strokes = [
  [
    [30, 10],
    [10, 60],
    [50, 60],
  ],
  [
    [40, 35],
    [40, 95],
  ],
  [
    [75, 12],
    [115, 12],
    [90, 95],
  ],
];

const reader = await openReader(); // the bundled cnn

const { text, confidence, unsure, digits } = await reader.read({ strokes });
console.log(
  `read ${text}, ${(100 * confidence).toFixed(0)} % sure${unsure ? ', a person should look at it' : ''}`,
);

for (const { digit, probabilities } of digits) {
  const [first, second] = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
  console.log(`a ${digit}; after ${first} it looks most like ${second}`);
}

await reader.close();

// Prints:
// read 47, … % sure
// a 4; after 4 it looks most like …
// a 7; after 7 it looks most like …
