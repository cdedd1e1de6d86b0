export { type BatchNormResult, batchNorm } from './batch-norm.ts';
export {
  type ConvOptions,
  conv2d,
  depthToSpace,
  fromInnerBatch,
  type Padding,
  type Pads,
  type Pair,
  spaceToDepth,
  toInnerBatch,
} from './convolution.ts';
export {
  abs,
  add,
  cast,
  clip,
  div,
  equal,
  exp,
  greater,
  greaterMask,
  log,
  logSigmoid,
  maximum,
  minimum,
  mul,
  neg,
  type Operand,
  pow,
  relu,
  sigmoid,
  softplus,
  sqrt,
  square,
  sub,
  tanh,
} from './elementwise.ts';
export { type EmitOptions, emitModel } from './emit.ts';
export { TensorError, type TensorErrorCode } from './errors.ts';
export { FeatureMap } from './feature-map.ts';
export { gradients } from './gradients.ts';
export { collectStatistics, type ExportOptions, exportModel, type StatisticsOptions } from './inference.ts';
export {
  filled,
  glorotUniform,
  heNormal,
  type Initializer,
  ones,
  truncatedNormal,
  zeros,
} from './initializers.ts';
export {
  type CrossEntropyOptions,
  crossEntropy,
  focalLoss,
  logSoftmax,
  oneHot,
  sigmoidCrossEntropy,
  softmax,
} from './loss.ts';
export { type GemmOptions, gemm, matmul } from './matrix.ts';
export { readMetadata, withMetadata, withoutMetadata } from './metadata.ts';
export {
  type BatchNormLayerOptions,
  type BatchStatistics,
  type ConvLayerOptions,
  type DenseLayerOptions,
  type DropoutMask,
  type LayerOptions,
  type Layout,
  Network,
  type NetworkMode,
} from './network.ts';
export {
  type AdamWOptions,
  adamW,
  type MomentumOptions,
  momentum,
  type Optimizer,
  type SgdOptions,
  sgd,
  type Update,
  type UpdateState,
} from './optimizers.ts';
export { type Parameter, ParameterSet } from './parameters.ts';
export { averagePool, maxPool, minPool, type PoolOptions } from './pooling.ts';
export { argMax, max, mean, type ReduceOptions, sum } from './reduction.ts';
export type { HostTensor, LoadOptions, Port, Program, Runtime } from './runtime.ts';
export { decodeSafetensors, encodeSafetensors, type Safetensors } from './safetensors.ts';
export { type GridSampleOptions, gridSample } from './sampling.ts';
export {
  type CosineDecayOptions,
  constantRate,
  cosineDecay,
  type ExponentialDecayOptions,
  exponentialDecay,
  movingAverageDecay,
  type OneCycleOptions,
  oneCycle,
  type Schedule,
  stepDecay,
} from './schedules.ts';
export type { Dimension, Shape } from './shape.ts';
export {
  concat,
  expand,
  flip,
  pad,
  reshape,
  type SliceRange,
  slice,
  split,
  transpose,
} from './shaping.ts';
export {
  type Attribute,
  constant,
  type ElementType,
  input,
  type Node,
  type Source,
  Tensor,
  type TensorData,
} from './tensor.ts';
export {
  createTrainer,
  type StepFeeds,
  type StepResult,
  Trainer,
  type TrainerOptions,
} from './trainer.ts';
export type { TrainingGraph, TrainingGraphOptions, TrainingOutputs } from './training-graph.ts';
