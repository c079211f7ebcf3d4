export { fileBlocks } from './chain-file.ts';
export { fileStorage, type FileStorageOptions } from './file-storage.ts';
export {
  type SealedHead,
  sealInWorker,
  type SealInWorkerOptions,
  type SealingWorker,
  signingSeed,
} from './seal-in-worker.ts';
