import { afterEach, expect, inject, it, vi } from 'vitest';
import { MongoClient } from 'mongodb';
import { mongodbCases } from '../../bench/mongodb.ts';
import { FULL, type Plan } from '../../bench/suite.ts';

const SHORT: Plan = { ...FULL, rounds: 1, size: (full) => Math.ceil(full / 1000) };

afterEach(() => vi.unstubAllEnvs());

it('the bench takes figures of a journal in MongoDB, and leaves no database behind', async () => {
  const url = inject('mongodbUrl');
  vi.stubEnv('MONGODB_URL', url);
  for (const { name, measure } of mongodbCases()) {
    const figure = await measure(SHORT, () => {});
    expect(figure.median, name).toBeGreaterThan(0);
    expect(figure.ratio, name).toBeGreaterThan(0);
    expect(figure.p99ns, name).toBeGreaterThanOrEqual(figure.p50ns!);
    const { frames, perFrame } = figure.details as { frames: number; perFrame: number };
    const commands = { 1: 1, 64: 20, 512: 100 }[name];
    expect(frames * perFrame, name).toBe(commands);
    // Requests that are made in one go share a frame.
    expect(frames, name).toBe(1);
  }
  const client = new MongoClient(url);
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
  await client.close();
  const ours = databases.filter(({ name }) => name.startsWith(`wattbook-bench-${process.pid}-`));
  expect(ours).toEqual([]);
});
