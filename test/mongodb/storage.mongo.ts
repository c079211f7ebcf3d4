import { MongoClient } from 'mongodb';
import { afterAll, describe, inject, it } from 'vitest';
import { mongoStorage } from '../../src/mongodb/index.ts';
import { storageSuite } from '../../src/testing/index.ts';

const client = new MongoClient(inject('mongodbUrl'));
afterAll(() => client.close());
let databases = 0;

describe('mongoStorage', () => {
  const cases = storageSuite(async () => {
    const db = client.db(`storage-${process.pid}-${++databases}`);
    const make = () => mongoStorage({ db, leaseMs: 100, pollMs: 5 });
    return { storage: make(), reopened: async () => make() };
  });
  it.each(cases)('$name', ({ run }) => run());
});
