export { HubError, type HubErrorCode } from './errors.ts';
export { type HttpListener, listenHttp } from './http/listen.ts';
export { defaultLimits, type HttpLimits, type HttpOptions, type TlsOptions } from './http/options.ts';
export { createHub, type Hub, type HubOptions, type PictureOrigin, type ReadingEvent } from './hub.ts';
export { type LabListener, type LabOptions, listenLab } from './lab/listen.ts';
export { type MemberEvent, type MemberFacts, type MemberMessage, Members } from './members/members.ts';
export type { Role, Tokens } from './members/session.ts';
export { listenWire, type WireListener, type WireOptions } from './wire/listen.ts';
export type { WireLimits } from './wire/wire-side.ts';
