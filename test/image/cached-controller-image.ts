import { cachedImage } from './cached-image.ts';

/** What the manifests call the image of the controller. */
export const controllerImageName = 'calico-upgrade/controller:0.1.0';

/** The name of the image of the controller as the sources are now, which is built unless the cache has it. */
export const cachedControllerImage = (): Promise<string> =>
  cachedImage('controller', ['jobs/**/*.*', 'controller/**/*.*', 'manifests/**/*.*']);
