export { ReadingsError, type ReadingsErrorCode } from './errors.ts';
export { type ExportOptions, exportReadings } from './export/export-readings.ts';
export {
  type ImportOptions,
  type ImportProgress,
  importReadings,
  verifyExport,
} from './export/import-readings.ts';
export { createMemoryReadings } from './memory.ts';
export type {
  NewReading,
  OriginalPicture,
  ReadCells,
  ReadDigit,
  Reading,
  WholeReading,
} from './reading.ts';
export { firstIdAt } from './reading-id.ts';
export type { Readings, ReadingsPage, ReadingsQuery } from './readings.ts';
