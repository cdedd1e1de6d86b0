export { isYamux } from './header.ts';
export { resolveYamuxLimits, type YamuxLimits } from './limits.ts';
export { createYamuxSession, type YamuxOptions, type YamuxSession } from './session.ts';
