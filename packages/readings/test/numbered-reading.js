/**
 * A reading that can be told whole from its number alone: text, picture and prepared digits follow from it.
 * Pictures are small enough for many of them, and large enough for some to need pages of their own.
 * @param {number} number
 * @returns {import('../src/index.ts').NewReading}
 */
export function numberedReading(number) {
  const bytes = new Uint8Array(1 + ((number * 7919) % 6_000));
  for (let i = 0; i < bytes.length; i++) bytes[i] = (number + i * 31) & 0xff;
  return {
    source: 'keeper',
    text: String(number),
    written: String(number),
    confidence: 0.9,
    unsure: number % 2 === 0,
    digits: [
      { digit: number % 10, confidence: 0.9, box: [0, 0, 20, 20], probabilities: Array(10).fill(0.1) },
    ],
    model: '0123456789ab',
    width: 20,
    height: 20,
    picture: { type: 'image/png', bytes },
    prepared: [new Uint8Array(784).fill(number & 0xff)],
  };
}
