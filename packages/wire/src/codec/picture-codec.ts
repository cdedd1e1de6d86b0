import type { FrameWriter } from '../frames/frame-writer.ts';
import type { ReadPictureCommand, StrokePoint } from './messages.ts';
import type { ProtobufReader } from './protobuf-reader.ts';
import {
  beginMessage,
  endMessage,
  tagOf,
  writeBinary,
  writeDoubleField,
  writeVarint,
} from './protobuf-writer.ts';

/* What the command `read` carries ⇄ bytes: a picture file, or pen strokes. */

type Picture = ReadPictureCommand['picture'];
type Stroke = readonly StrokePoint[];

/** The strokes that stand here after their length, behind those of `previous`. */
export function readStrokes(reader: ProtobufReader, previous: Picture): readonly Stroke[] {
  const strokes = 'strokes' in previous ? (previous.strokes as Stroke[]) : [];
  const outer = reader.enter();
  while (reader.more()) {
    if (reader.field === 1) strokes.push(readStroke(reader.item()));
    else reader.skip();
  }
  reader.leave(outer);
  return strokes;
}

function readStroke(reader: ProtobufReader): Stroke {
  const points: StrokePoint[] = [];
  const outer = reader.enter();
  while (reader.more()) {
    if (reader.field === 1) points.push(readPoint(reader.item()));
    else reader.skip();
  }
  reader.leave(outer);
  return points;
}

function readPoint(reader: ProtobufReader): StrokePoint {
  let [x, y] = [0, 0];
  const outer = reader.enter();
  while (reader.more()) {
    if (reader.field === 1) x = reader.double();
    else if (reader.field === 2) y = reader.double();
    else reader.skip();
  }
  reader.leave(outer);
  return [x, y];
}

/** Writes a picture as the fields 1 or 2 of its command. */
export function writePicture(writer: FrameWriter, picture: Picture): void {
  if ('image' in picture) {
    writeVarint(writer, tagOf(1));
    writeBinary(writer, picture.image);
  } else writeMessage(writer, 2, picture.strokes, writeStrokes);
}

function writeStrokes(writer: FrameWriter, strokes: readonly Stroke[]): void {
  for (const stroke of strokes) writeMessage(writer, 1, stroke, writeStroke);
}

function writeStroke(writer: FrameWriter, points: Stroke): void {
  for (const point of points) writeMessage(writer, 1, point, writePoint);
}

function writePoint(writer: FrameWriter, [x, y]: StrokePoint): void {
  writeDoubleField(writer, 1, x);
  writeDoubleField(writer, 2, y);
}

function writeMessage<T>(
  writer: FrameWriter,
  field: number,
  message: T,
  write: (writer: FrameWriter, message: T) => void,
): void {
  writeVarint(writer, tagOf(field));
  const begun = beginMessage(writer);
  write(writer, message);
  endMessage(writer, begun);
}
