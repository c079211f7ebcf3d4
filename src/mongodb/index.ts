export type { MongoOptions } from './collections.ts';
export { mongoStorage, type MongoStorageOptions } from './storage.ts';
