import { bench } from './command-line.ts';

const overwrite = (text: string): void => {
  process.stderr.write(`\r\x1b[K${text}`);
};

process.exitCode = await bench(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
  progress: process.stderr.isTTY ? overwrite : undefined,
});
