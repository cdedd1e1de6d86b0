/** The bus between hubs over NATS. Needs the package `@nats-io/transport-node`. */
export { connectNatsBus, type NatsBusOptions } from './nats-bus.ts';
