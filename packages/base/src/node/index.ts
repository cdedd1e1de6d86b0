export {
  expectWholeLmdbFile,
  type LmdbFileFault,
  type LmdbFileOptions,
  prepareLmdbDirectory,
  proveRoom,
} from './lmdb-data-file.ts';
export { isInputOutputError, type LmdbFault, lmdbFaultOf } from './lmdb-faults.ts';
export { metaPageBytes, readMeta } from './lmdb-meta.ts';
export { makeDirectory } from './make-directory.ts';
