/** The version that services print and stamp on dead letters: that of the project. */
import manifest from '../package.json' with { type: 'json' };

export const VERSION: string = manifest.version;
