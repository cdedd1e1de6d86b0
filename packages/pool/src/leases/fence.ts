import type { AdmittedClient } from '../allocator/options.ts';

/**
 * Ends the sessions of one incarnation of a client in the database, and keeps it from opening others, for good.
 *
 * In this order: first whatever makes the database refuse or end a new session of that incarnation, then the sessions that
 * are there, until none is left. Resolves with how many are left when it gave up; 0 only if none is open and none can
 * be opened. Anything else is tried again, and so is a rejection. It may be called again for the same incarnation.
 *
 * Ending alone is not enough: a process that was paused, or whose machine was, goes on where it stopped and opens others.
 */
export type Fence = (client: AdmittedClient) => Promise<number>;
