import { Exchange } from '../src/index.ts';
import { fileStorage } from '../src/file/index.ts';

/** Brings the market in a folder back, and says what that took: a process of its own, which nothing has warmed up. */
const before = performance.now();
const exchange = await Exchange.open({ storage: fileStorage(process.argv[2]!) });
const seconds = (performance.now() - before) / 1000;
const marketHash = await exchange.read((market) => market.marketHash());
const { sequence } = exchange.status();
await exchange.close();
console.log(JSON.stringify({ seconds, sequence, marketHash, megabytes: megabytes() }));

/** The most memory that the process has had. */
function megabytes(): number {
  return process.resourceUsage().maxRSS / 1024;
}
