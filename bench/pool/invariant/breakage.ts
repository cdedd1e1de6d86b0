import type { LeaseReply, LeaseReport } from '@inkwire/pool';

/**
 * Ways to break the protocol, to see that they are found. Each changes what passes between the parts as a wrong
 * implementation would: a report on its way to the allocator, a reply on its way to the client, the disk, or the fence.
 */
export interface Breakage {
  /** `epoch` is the allocator's. */
  readonly report?: (report: LeaseReport, lastGrant: LastGrant | undefined, epoch: number) => LeaseReport;
  readonly reply?: (reply: LeaseReply, client: Applied) => LeaseReply;
  readonly fenceBars?: boolean;
  readonly isDurable?: boolean;
  readonly remembers?: boolean;
  readonly learnMs?: number;
}

/** The last grant that the allocator has sent to a client. */
export interface LastGrant {
  readonly epoch: number;
  readonly sequence: number;
  readonly max: number;
}

/** What a client has applied. */
export interface Applied {
  readonly epoch: number;
  readonly lastSequence: number;
}

/** Reports as if what was granted last were applied and fulfilled: connections are given on before they are given up. */
const grantBeforeAck: Breakage = {
  report(report, last) {
    if (last === undefined || last.epoch !== report.epoch) return report;
    const most = Math.min(report.max, last.max);
    const inUse = Math.min(report.inUse, most);
    return { ...report, appliedGrant: last.sequence, max: most, inUse, idle: 0, opening: 0, closing: 0 };
  },
};

/** Forgets what is being closed, and what is lent beyond the maximum, in the acknowledgement. */
const forgetClosing: Breakage = { report: (report) => ({ ...report, closing: 0 }) };

/** Nobody looks at the epoch: two allocators, an earlier and a later one, both are heard and obeyed. */
const ignoreEpoch: Breakage = {
  report: (report, _, epoch) => (report.epoch === 0 ? report : { ...report, epoch }),
  reply(reply, { epoch, lastSequence }) {
    if (reply.kind !== 'grant' || reply.epoch >= epoch) return reply;
    return { ...reply, epoch, sequence: lastSequence + 1 };
  },
};

/** The client takes grants that were overtaken by later ones. */
const ignoreSequence: Breakage = {
  reply(reply, { epoch, lastSequence }) {
    if (reply.kind !== 'grant' || reply.epoch !== epoch) return reply;
    return { ...reply, sequence: lastSequence + 1 };
  },
};

/** The allocator begins again as if it were the first: it does not know whom it admitted. */
const forgetClients: Breakage = { remembers: false };

/** A fence ends the sessions that are there, and others may come. */
const fenceOnlyEnds: Breakage = { fenceBars: false };

/** A client is told before it is on disk. */
const grantBeforeDisk: Breakage = { isDurable: false };

export const breakages = {
  'grant-before-ack': grantBeforeAck,
  'forget-closing': forgetClosing,
  'ignore-epoch': ignoreEpoch,
  'ignore-sequence': ignoreSequence,
  'forget-clients': forgetClients,
  'fence-only-ends': fenceOnlyEnds,
  'grant-before-disk': grantBeforeDisk,
} as const satisfies Record<string, Breakage>;

export type BreakageName = keyof typeof breakages;
