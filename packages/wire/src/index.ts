export { Allowance } from './allowance.ts';
export type { Channel, ChannelHandler, PeerAddress, Transport } from './channel.ts';
export {
  type Client,
  type ClientOptions,
  type ClientState,
  createClient,
  type Dial,
  type Picture,
  type ReadDigit,
  type Reading,
  type ReadOptions,
  type SetOptions,
  type StateListener,
  type SubscribeOptions,
  type Subscription,
  type Topic,
  type TopicItem,
  WireStatusError,
} from './client/index.ts';
export {
  commandFields,
  decodeCommand,
  decodeReply,
  decodeValue,
  encodeCommand,
  encodeReply,
  encodeValue,
  none,
  readValue,
  writePairField,
  writeValueField,
} from './codec.ts';
export { DelegatingChannel } from './delegating-channel.ts';
export { openStreams, type StreamsOptions } from './detect.ts';
export { endOfTurn } from './end-of-turn.ts';
export { WireError, type WireErrorCode } from './errors.ts';
export { FrameDecoder } from './frame-decoder.ts';
export { type FrameHandler, FrameStream } from './frame-stream.ts';
export { FrameWriter, frameHeaderBytes, sharedWriter } from './frame-writer.ts';
export { gunzip, gzip } from './gzip.ts';
export type { PingOptions } from './heartbeat.ts';
export {
  defaultFrameLimits,
  type FrameLimits,
  type ResolvedFrameLimits,
  resolveFrameLimits,
} from './limits.ts';
export { type ChannelPairOptions, createChannelPair } from './memory-channel.ts';
export { createMessageStream, type MessageStream, type MessageStreamOptions } from './message-stream.ts';
export type {
  Command,
  CommandKind,
  Pair,
  ReadPictureCommand,
  Reply,
  StrokePoint,
  Value,
} from './messages.ts';
export { compressAbove, Outbox } from './outbox.ts';
export { copyBytes, ProtobufReader, readText } from './protobuf-reader.ts';
export {
  beginMessage,
  endMessage,
  writeBinary,
  writeDouble,
  writeInt64,
  writeText,
  writeVarint,
} from './protobuf-writer.ts';
export { Float, float, fromValue, type PlainInput, type PlainValue, toValue } from './values.ts';
export {
  openWebSocket,
  type WebSocketChannelOptions,
  type WebSocketEvent,
  type WebSocketLike,
  webSocketChannel,
} from './websocket-channel.ts';
export {
  createYamuxSession,
  isYamux,
  type YamuxLimits,
  type YamuxOptions,
  type YamuxSession,
} from './yamux/index.ts';
