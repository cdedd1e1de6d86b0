import { type Clock, messageOf, systemClock, type Timer } from '@inkwire/base';
import { WireError } from '@inkwire/wire';
import { checkReport } from '../allocator/check-report.ts';
import type { LeaseReply, LeaseReport } from '../allocator/messages.ts';
import { decodeReport, encodeReply } from './codec.ts';
import type { LeaseService } from './lease-service.ts';

/** The topic on which a hub publishes, as one binary value each, the replies that a client did not ask for. */
export const leaseTopic = (client: string): string => `$lease/${client}`;

/** The bytes of a lease service: what a hub passes the command `lease` to. */
export interface LeaseEndpoint extends Disposable {
  /**
   * Answers a report with the reply to it, or with no bytes when there is none: it was overtaken. Waits while the client is
   * being written down. Rejects with `WIRE_MESSAGE_INVALID` for bytes that are no report, and for a report that makes no
   * sense. Any other rejection is a fault of the service.
   */
  handle(bytes: Uint8Array): Promise<Uint8Array>;
}

/** The parts of a server of the command `lease`. */
export interface LeaseEndpointOptions {
  readonly service: LeaseService;
  /** Publishes a reply that no request waits for on `leaseTopic(client)`. */
  publish(client: string, bytes: Uint8Array): void;
  /** The time for which a report without a reply is kept waiting. Default 100. */
  readonly patienceMs?: number;
  readonly clock?: Clock;
}

/** A report whose sender waits for the reply. */
interface Asked {
  readonly report: LeaseReport;
  readonly timer: Timer;
  answer(bytes: Uint8Array): void;
}

const nothing = new Uint8Array(0);

/** Creates the endpoint of a service. It owns nothing; dispose of it before the service. */
export function createLeaseEndpoint(options: LeaseEndpointOptions): LeaseEndpoint {
  const { service, publish, patienceMs = 100, clock = systemClock } = options;
  const asked = new Map<string, Asked>();

  const answer = (client: string, bytes: Uint8Array) => {
    const waiting = asked.get(client);
    waiting?.timer.cancel();
    asked.delete(client);
    waiting?.answer(bytes);
  };
  const isAnswer = ({ report }: Asked, reply: LeaseReply) =>
    report.incarnation === reply.incarnation && report.sequence <= reply.answers;

  const listening = service.onUnheardReply((reply) => {
    const waiting = asked.get(reply.client);
    if (waiting !== undefined && isAnswer(waiting, reply)) answer(reply.client, encodeReply(reply));
    else publish(reply.client, encodeReply(reply));
  });

  return {
    async handle(bytes) {
      const report = readReport(bytes);
      const { client } = report;
      answer(client, nothing);
      return new Promise((resolve, reject) => {
        const timer = clock.after(patienceMs, () => answer(client, nothing), { unref: true });
        asked.set(client, { report, timer, answer: resolve });
        try {
          service.receive(report);
        } catch (error) {
          reject(error);
          answer(client, nothing);
        }
      });
    },
    [Symbol.dispose]() {
      listening[Symbol.dispose]();
      for (const client of [...asked.keys()]) answer(client, nothing);
    },
  };
}

/** Decodes a report and checks it, before the service receives it: so a fault of the service is never taken for the sender's. */
function readReport(bytes: Uint8Array): LeaseReport {
  const report = decodeReport(bytes);
  try {
    checkReport(report);
  } catch (error) {
    throw new WireError('WIRE_MESSAGE_INVALID', messageOf(error), { cause: error });
  }
  return report;
}
