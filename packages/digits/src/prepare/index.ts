export { type PictureType, pictureType } from './picture-type.ts';
export { preparePicture } from './prepare-picture.ts';
export { preparePlain } from './prepare-plain.ts';
export { prepareStrokes, renderStrokes } from './prepare-strokes.ts';
export type { PreparedDigit, PreparedPicture, PrepareOptions, Stroke } from './prepared.ts';
export type { StrokeOptions } from './strokes.ts';
