import type { AdmittedClient } from '../allocator/options.ts';

/**
 * Ends the sessions of one incarnation of a client in the database, and prevents new ones, for good.
 *
 * The order matters. First make the database refuse or end each new session of that incarnation. Then end the existing
 * sessions until there are none. Resolves with the number of sessions that are still open at its timeout: 0 only if none
 * is open and none can be opened. After another number or a rejection the allocator calls it again for the same incarnation.
 *
 * Ending alone is not enough: a process that was paused, or whose machine was, resumes where it stopped and opens others.
 */
export type Fence = (client: AdmittedClient) => Promise<number>;
