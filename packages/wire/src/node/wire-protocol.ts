/** The protocol's name in TLS (ALPN) and on WebSockets. */
export const wireProtocol = 'kv';
