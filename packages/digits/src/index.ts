export { type IdxFile, type IdxOptions, readIdx } from './data/idx.ts';
export type { LabelledMark, LabelledPage, LabelledPages } from './data/labelled-page.ts';
export { type LabelledPagesOptions, labelsFileOf, openLabelledPages } from './data/labelled-pages.ts';
export { digitBytes, type LabelledSet, type MissedPicture, pickDigits } from './data/labelled-set.ts';
export { type MnistOptions, type MnistPart, mnistSha256, openMnist, openMnistPart } from './data/mnist.ts';
export { openSet } from './data/open-set.ts';
export {
  type CutPageDigitsOptions,
  cutPageDigits,
  type PagePicture,
  type ReadPagesOptions,
  readPages,
} from './data/page-digits.ts';
export { openPictureDirectory, type PictureDirectoryOptions } from './data/picture-directory.ts';
export {
  readMnistWriters,
  readWriters,
  splitByWriter,
  splitTraining,
  type TrainingSplit,
} from './data/writers.ts';
export { DigitsError, type DigitsErrorCode } from './errors.ts';
export { type AlignedPair, alignDigits } from './evaluate/alignment.ts';
export { chooseUnsureBelow, fitTemperature, type ReliabilityBin } from './evaluate/calibration.ts';
export { type HistoryRow, renderCurve } from './evaluate/curve.ts';
export {
  type Classify,
  classifySet,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  type Mistake,
  summarise,
} from './evaluate/evaluation.ts';
export { chooseFamiliarAbove, familiarityOf } from './evaluate/familiarity.ts';
export type { DigitCounts, PageEvaluation, PageMistake, PageReading } from './evaluate/page-evaluation.ts';
export { type PageReport, renderPageReport } from './evaluate/page-report.ts';
export type { Thumbnail } from './evaluate/page-thumbnail.ts';
export { type EvaluatePagesOptions, evaluatePages, type ReadPage } from './evaluate/pages.ts';
export { renderReliability } from './evaluate/reliability.ts';
export { type Report, renderReport } from './evaluate/report.ts';
export { type AskedReader, softmaxWeights } from './evaluate/softmax-weights.ts';
export { renderWeights } from './evaluate/weights.ts';
export { wilsonInterval } from './evaluate/wilson.ts';
export type {
  DoubtWeights,
  ModelCard,
  ModelFigures,
  NamingWeights,
} from './model/model-card.ts';
export {
  bundledModel,
  type ModelFile,
  modelVersion,
  openModelFile,
  sealModel,
  unsealModel,
  writeModelFile,
} from './model/model-file.ts';
export type { PageSize } from './pages/mark.ts';
export { digitPng } from './png/digit-png.ts';
export {
  type PictureType,
  type PreparedDigit,
  type PreparedPicture,
  type PrepareOptions,
  pictureType,
  preparePicture,
  preparePlain,
  prepareStrokes,
  renderStrokes,
  type Stroke,
  type StrokeOptions,
} from './prepare/index.ts';
export { openReader, type Picture, type Reader, type ReaderOptions } from './reader/reader.ts';
export type { DigitReading, ReadCells, ReadPicture } from './reader/reading.ts';
export {
  type AugmentationOptions,
  type CnnOptions,
  createCnnRecipe,
  createPageRecipe,
  type PageMaps,
  type PageOptions,
  type PageRecipe,
  type Recipe,
  type RunRecipe,
  recipeNames,
  recipeOf,
} from './recipes/index.ts';
export { augment, drawAugmentation, warpNumbers } from './train/augmentation.ts';
export { type Batch, type BatchPosition, BatchWalk } from './train/batches.ts';
export {
  accuracyOfLogits,
  buildTraining,
  exportRecipe,
  logitsOf,
  type PicturesBeside,
} from './train/graphs.ts';
export { formatHistory, parseHistory } from './train/history.ts';
export { buildPageTraining, exportPageRecipe, pageLoss } from './train/page-graphs.ts';
export type { PageBatch } from './train/page-maker.ts';
export type { RunOptions, TrainedRun, TrainProgress } from './train/run.ts';
export { type TrainOptions, train } from './train/train.ts';
