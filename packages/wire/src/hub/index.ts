/** The values of a hub's names that begin with `$`: their types, and parsers for them. */
export {
  fitName,
  inboxTopic,
  longestMemberName,
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
export { parseReading, type ReadCells, type ReadDigit, type Reading } from './reading.ts';
