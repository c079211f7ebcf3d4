import type { TestProject } from 'vitest/node';
export default function (project: TestProject): void { project.provide('mongodbUrl', process.env['MONGODB_URL']!); }
declare module 'vitest' { export interface ProvidedContext { mongodbUrl: string } }
