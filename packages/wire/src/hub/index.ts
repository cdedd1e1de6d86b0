/** What a hub says of itself under the names that begin with `$`: the types, and parsers for what arrives. */
export {
  inboxTopic,
  type MemberEvent,
  type MemberFacts,
  type MemberMessage,
  type MemberOrigin,
  parseMember,
  parseMemberEvent,
  parseMemberMessage,
} from './members.ts';
export {
  type PoolClient,
  type PoolFacts,
  type PoolTotals,
  parsePoolClient,
  parsePoolMessage,
  parsePoolTable,
  poolTotalsKey,
} from './pool.ts';
export { parseReading, type ReadDigit, type Reading } from './reading.ts';
