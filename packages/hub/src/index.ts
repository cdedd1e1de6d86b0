export { type Binding, expectSafeBinding, toListenError } from './binding.ts';
export {
  type Bus,
  type BusCounts,
  type BusLane,
  type BusSubject,
  mostMessageBytes,
  noCounts,
} from './bus/bus.ts';
export type { KeptLimits } from './bus/kept-messages.ts';
export { createLocalBus, type LocalBus, type LocalPlace } from './bus/local-bus.ts';
export { HubError, type HubErrorCode } from './errors.ts';
export { type HttpListener, listenHttp, listenMetrics } from './http/listen.ts';
export type { HttpOptions, HubOnWire, TlsOptions } from './http/options.ts';
export { createHub, type Hub, type HubOptions, type PictureOrigin } from './hub.ts';
export { type Hubs, type HubsListener, type HubsOptions, openHubs } from './hubs/hubs.ts';
export type { Change, HubFacts, HubMessage } from './hubs/messages.ts';
export type { Peer } from './hubs/peer.ts';
export { type LabListener, type LabOptions, listenLab } from './lab/listen.ts';
export {
  type Given,
  type HttpLimits,
  httpLimits,
  type Limit,
  type WireLimits,
  wireLimits,
} from './limits/limits.ts';
export type { Caller } from './members/caller.ts';
export { type Deliver, type MemberListener, Members, type Membership } from './members/members.ts';
export type { Session } from './members/session.ts';
export type { Role, TokenCheck, Tokens } from './members/tokens.ts';
export type { ReadingEvent } from './reading-event.ts';
export {
  createRetention,
  type Retention,
  type RetentionOptions,
  retentionMetrics,
} from './retention.ts';
export { $inbox } from './system/inbox.ts';
export { $members } from './system/members.ts';
export { $pool } from './system/pool.ts';
export { $readings } from './system/readings.ts';
export type { SystemContext, SystemName, SystemPart } from './system/system-part.ts';
export type { VirtualTable } from './system/virtual-table.ts';
export { listenWire, type WireListener, type WireOptions } from './wire/listen.ts';
export { createWireService, type WireService, type WireServiceOptions } from './wire/wire-service.ts';
