// The worker of sealInWorker where it runs from its sources: TypeScript needs a loader there.
import { register } from 'tsx/esm/api';

register();
await import('../src/file/seal-worker.ts');
