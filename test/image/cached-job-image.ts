import { cachedImage } from './cached-image.ts';

/** What the manifests call the job image. */
export const jobImageName = 'calico-upgrade/job:0.1.0';

/** The name of the job image as the sources are now, which is built unless the cache has it. */
export const cachedJobImage = (): Promise<string> => cachedImage('job', ['jobs/**/*.*']);
