/** A detector small enough to be written by hand: three convolutions of 4 × 4 with stride 4, in ONNX's protobuf. */

type Field = readonly [number: number, value: number | string | Uint8Array];

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

/** A protobuf message: numbers as varints, everything else with its length. */
function message(...fields: readonly Field[]): Uint8Array {
  return Uint8Array.from(
    fields.flatMap(([number, value]) => {
      if (typeof value === 'number') return [...varint(number * 8), ...varint(value)];
      const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
      return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
    }),
  );
}

/** A float32 value of the graph: name, dimensions by number or by name. */
const value = (name: string, dimensions: readonly (number | string)[]): Uint8Array =>
  message(
    [1, name],
    [
      2,
      message([
        1,
        message(
          [1, 1],
          [
            2,
            message(
              ...dimensions.map((size): Field => [1, message([typeof size === 'number' ? 1 : 2, size])]),
            ),
          ],
        ),
      ]),
    ],
  );

const tensor = (name: string, dimensions: readonly number[], data: Float32Array): Uint8Array =>
  message(...dimensions.map((size): Field => [1, size]), [2, 1], [8, name], [9, new Uint8Array(data.buffer)]);

const integers = (name: string, values: readonly number[]): Uint8Array =>
  message([1, name], ...values.map((item): Field => [8, item]), [20, 7]);

/** An output: for each channel its bias, plus its gain times the mean of the cell's 16 pixels. */
interface Output {
  readonly name: string;
  readonly biases: readonly number[];
  readonly gains: readonly number[];
}

const conv = (input: string, name: string): Uint8Array =>
  message(
    [1, input],
    [1, `${name}/weight`],
    [1, `${name}/bias`],
    [2, name],
    [4, 'Conv'],
    [5, integers('kernel_shape', [4, 4])],
    [5, integers('strides', [4, 4])],
  );

/** Every cell with mean contrast above 1.5 is a 1 of 16 × 32 pixels about its middle. */
const outputs: readonly Output[] = [
  { name: 'heat', biases: new Array(15).fill(-6), gains: [0, 4, ...new Array(13).fill(0)] },
  { name: 'box', biases: [0.5, 0.5, 0, 0], gains: [0, 0, 0, 0] },
  { name: 'writing', biases: [-6, -6], gains: [4, 0] },
];

/** The model, its input called `input`, with the outputs of those names. */
export function tinyDetector(input = 'plane', names = ['heat', 'box', 'writing']): Uint8Array {
  const used = outputs.filter(({ name }) => names.includes(name));
  const graph = message(
    ...used.map(({ name }): Field => [1, conv(input, name)]),
    [2, 'tiny'],
    ...used.flatMap(({ name, biases, gains }): Field[] => [
      [
        5,
        tensor(
          `${name}/weight`,
          [gains.length, 1, 4, 4],
          Float32Array.from({ length: 16 * gains.length }, (_, i) => gains[i >> 4]! / 16),
        ),
      ],
      [5, tensor(`${name}/bias`, [biases.length], Float32Array.from(biases))],
    ]),
    [11, value(input, ['N', 1, 'H', 'W'])],
    ...used.map(({ name, gains }): Field => [12, value(name, ['N', gains.length, 'H/4', 'W/4'])]),
  );
  return message([1, 8], [7, graph], [8, message([2, 17])]);
}
