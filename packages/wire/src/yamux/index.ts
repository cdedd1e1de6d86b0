export { isYamux } from './header.ts';
export { resolveYamuxLimits, type YamuxLimits } from './limits.ts';
export type { YamuxOptions, YamuxSession } from './options.ts';
export { createYamuxSession } from './session.ts';
