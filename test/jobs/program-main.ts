import { join } from 'node:path';
import { sharedBundle } from '../bench/bundle.ts';

/** The program that tests start: the bundle of `npm test`, as it is in the image, or else the sources. */
export const PROGRAM_MAIN = sharedBundle() ?? join(import.meta.dirname, '../../jobs/main.ts');

/** Where Node keeps compiled sources, so that the next run starts faster: shared by all of `npm test`, or in a directory. */
export const compileCache = (directory: string): { readonly NODE_COMPILE_CACHE: string } => ({
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(directory, 'compile-cache'),
});
