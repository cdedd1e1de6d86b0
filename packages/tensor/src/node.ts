/** ONNX Runtime for Node behind the runtime port: `import { onnxRuntime } from '@inkwire/tensor/node'`. */
import { messageOf, Owner, UnderWay } from '@inkwire/base';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { TensorError } from './errors.ts';
import type { HostTensor, LoadOptions, Port, Program, Runtime } from './runtime.ts';
import type { ElementType } from './tensor.ts';

/** Runs models with ONNX Runtime on the processor. One for the whole process; it owns nothing itself. */
export const onnxRuntime: Runtime = {
  async load(model, options = {}) {
    const session = await guard('load the model', () =>
      InferenceSession.create(model, sessionOptions(options)),
    );
    return new SessionProgram(session, options.profile !== undefined);
  },
};

function sessionOptions({
  optimize = true,
  threads,
  busyWait = true,
  profile,
}: LoadOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    graphOptimizationLevel: optimize ? 'all' : 'disabled',
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    ...(busyWait ? {} : { extra: { session: { intra_op: { allow_spinning: '0' } } } }),
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
  };
}

async function guard<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new TensorError('TENSOR_RUNTIME_FAILED', `ONNX Runtime could not ${what}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function portsOf(metadata: readonly InferenceSession.ValueMetadata[]): Port[] {
  return metadata.map((value) => {
    if (!value.isTensor) throw new TensorError('TENSOR_RUNTIME_FAILED', `\`${value.name}\` is no tensor`);
    return { name: value.name, type: value.type as ElementType, shape: value.shape };
  });
}

class SessionProgram extends Owner implements Program {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly #session: InferenceSession;
  readonly #profiled: boolean;
  readonly #runs = new UnderWay();
  /** Native tensors over memory that is fed again and again. */
  readonly #wrapped = new WeakMap<HostTensor, Tensor>();

  constructor(session: InferenceSession, profiled: boolean) {
    super('program');
    this.#session = session;
    this.#profiled = profiled;
    this.inputs = portsOf(session.inputMetadata);
    this.outputs = portsOf(session.outputMetadata);
  }

  async run(feeds: Readonly<Record<string, HostTensor>>, into: Readonly<Record<string, HostTensor>> = {}) {
    this.expectOpen();
    const native = Object.fromEntries(
      Object.entries(feeds).map(([name, tensor]) => [name, this.#wrap(tensor)]),
    );
    const fetches = Object.fromEntries(
      this.outputs.map(({ name }) => [name, into[name] ? this.#wrap(into[name]) : null]),
    );
    const results = await this.#runs.track(guard('run the model', () => this.#session.run(native, fetches)));
    return Object.fromEntries(
      this.outputs.map(({ name }) => [name, into[name] ?? hostTensor(results[name] as Tensor)]),
    );
  }

  #wrap(tensor: HostTensor): Tensor {
    const known = this.#wrapped.get(tensor);
    if (known) return known;
    const made = new Tensor(tensor.type, tensor.data as Float32Array, tensor.shape);
    this.#wrapped.set(tensor, made);
    return made;
  }

  protected override async drain(): Promise<void> {
    await this.#runs.drained();
    if (this.#profiled) this.#session.endProfiling();
    await this.#session.release();
  }
}

function hostTensor(tensor: Tensor): HostTensor {
  return { type: tensor.type as ElementType, shape: tensor.dims, data: tensor.data as HostTensor['data'] };
}
