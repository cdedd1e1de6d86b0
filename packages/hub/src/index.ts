export { HubError, type HubErrorCode } from './errors.ts';
export { type HttpListener, listenHttp } from './http/listen.ts';
export { defaultLimits, type HttpLimits, type HttpOptions, type TlsOptions } from './http/options.ts';
export { createHub, type Hub, type HubOptions, type PictureOrigin, type ReadingEvent } from './hub.ts';
