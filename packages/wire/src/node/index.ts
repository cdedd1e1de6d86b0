export {
  type CertificateFiles,
  type CertificateOptions,
  type Certificates,
  createCertificates,
} from './certificates.ts';
export {
  type DialOptions,
  type DialTls,
  dialStream,
  type ListenOptions,
  listenStreams,
  type StreamListener,
  type TlsMaterial,
  type TlsSource,
} from './tcp.ts';
export { readTlsFiles, type TlsFiles, type WatchedTls, type WatchTlsOptions, watchTls } from './tls-files.ts';
export { dialWebSocket, type WebSocketDialOptions } from './web-socket.ts';
export { acceptWebSockets, type WebSocketServerOptions } from './web-socket-server.ts';
export { wireProtocol } from './wire-protocol.ts';
