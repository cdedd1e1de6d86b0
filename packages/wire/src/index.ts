export { gunzip, gzip } from '#gzip';
export type { Channel, ChannelHandler, PeerAddress, Transport } from './channels/channel.ts';
export { DelegatingChannel } from './channels/delegating-channel.ts';
export { endOfTurn } from './channels/end-of-turn.ts';
export type { PingOptions } from './channels/heartbeat.ts';
export { type ChannelPairOptions, createChannelPair } from './channels/memory-channel.ts';
export { openWebSocket } from './channels/open-websocket.ts';
export { type ChannelWatcher, WatchedChannel } from './channels/watched-channel.ts';
export { type WebSocketChannelOptions, webSocketChannel } from './channels/websocket-channel.ts';
export type { WebSocketEvent, WebSocketLike } from './channels/websocket-like.ts';
export {
  type Client,
  type ClientOptions,
  type ClientState,
  createClient,
  type Dial,
  type Picture,
  type ReadOptions,
  type SetOptions,
  type StateListener,
  type SubscribeOptions,
  type Subscription,
  type Topic,
  type TopicItem,
  WireStatusError,
} from './client/index.ts';
export { decodeCommand, encodeCommand } from './codec/command-codec.ts';
export {
  addBool,
  addEncodedPair,
  addEncodedValue,
  addInteger,
  addPublishedValues,
  beginOkReply,
  beginReply,
  okReplyBytes,
  pairReplyBytes,
  valueReplyBytes,
} from './codec/encoded-reply.ts';
export { type EncodedPair, type EncodedValue, encodedValue } from './codec/encoded-value.ts';
export type {
  Command,
  CommandKind,
  Pair,
  ReadPictureCommand,
  Reply,
  StrokePoint,
  Value,
} from './codec/messages.ts';
export { PlainCommand } from './codec/plain-command.ts';
export { copyBytes, ProtobufReader, readText } from './codec/protobuf-reader.ts';
export {
  beginMessage,
  endMessage,
  tagOf,
  writeDoubleField,
  writeTextField,
  writeVarint,
  writeVarintField,
} from './codec/protobuf-writer.ts';
export { decodeReply, encodeReply } from './codec/reply-codec.ts';
export { decodeValue, encodeValue } from './codec/value-codec.ts';
export { Float, float, fromValue, type PlainInput, type PlainValue, toValue } from './codec/values.ts';
export { WireError, type WireErrorCode } from './errors.ts';
export { Allowance } from './frames/allowance.ts';
export { FrameDecoder } from './frames/frame-decoder.ts';
export type { FrameHandler } from './frames/frame-handler.ts';
export { FrameStream } from './frames/frame-stream.ts';
export { FrameWriter, frameHeaderBytes, sharedWriter } from './frames/frame-writer.ts';
export {
  defaultFrameLimits,
  type FrameLimits,
  type ResolvedFrameLimits,
  resolveFrameLimits,
} from './frames/limits.ts';
export { compressAbove, Outbox } from './frames/outbox.ts';
export type { ReadDigit, Reading } from './hub/index.ts';
export {
  createYamuxSession,
  isYamux,
  type YamuxLimits,
  type YamuxOptions,
  type YamuxSession,
} from './yamux/index.ts';
export { openStreams, type StreamsOptions } from './yamux/open-streams.ts';
