export { type BackupOptions, backupDataFile, checkDataFile, type DataFileCheck } from './backup.ts';
export { CommitQueue, type CommitQueueOptions } from './commit-queue.ts';
export type { Committer } from './committer.ts';
export { type DataFile, type DataFileOptions, type Durability, openDataFile } from './data-file.ts';
export type { LmdbFault } from './faults.ts';
export { holdersOf } from './holders.ts';
export { Operation } from './operation.ts';
export { StoreErrors, type StoreErrorsOptions } from './store-errors.ts';
