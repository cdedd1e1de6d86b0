export { ReadingsError, type ReadingsErrorCode } from './errors.ts';
export { createMemoryReadings } from './memory.ts';
export type { NewReading, OriginalPicture, ReadCells, ReadDigit, Reading } from './reading.ts';
export type { Readings, ReadingsPage, ReadingsQuery } from './readings.ts';
