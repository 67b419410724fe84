/** The Cache Storage of the files that never change. */
export const CACHE_NAME = 'hsi-kept-files';

/** The worker's script. Its name has no hash: a browser looks at this address for a newer one. */
export const WORKER_PATH = '/kept-files.js';
