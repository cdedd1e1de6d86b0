export { isYamux } from './header.ts';
export type { PingOptions, YamuxLimits } from './limits.ts';
export { createYamuxSession, type YamuxOptions, type YamuxSession } from './session.ts';
