import type { ClientProcess } from './client-process.ts';
import type { Parts } from './parts.ts';
import type { Fault } from './schedule.ts';

/** Lets a fault happen. One of a client happens to one of those that are staying, if there is any. */
export function inflict(fault: Fault, parts: Parts): void {
  const { setting, network, allocators, clients } = parts;
  setting.journal.say('fault', fault);
  switch (fault.kind) {
    case 'join':
      clients.start(`client-${clients.all.length}`, fault.who % 3);
      return;
    case 'storm':
      network.storm(fault.forMs);
      return;
    case 'slow-connects':
      setting.database.isSlow = true;
      setting.timeline.after(fault.forMs, () => {
        setting.database.isSlow = false;
      });
      return;
    case 'allocator-crash':
      allocators.crash(fault.isWritten, fault.backAfterMs);
      return;
    case 'allocator-pause':
      allocators.process?.pause(fault.forMs, fault.isSuspended);
      return;
    case 'allocator-jump':
      allocators.process?.jump(fault.byMs);
      return;
    case 'allocator-double':
      allocators.double(fault.forMs);
      return;
  }
  const { staying } = clients;
  const client = staying[fault.who % Math.max(1, staying.length)];
  if (client) inflictOn(client, fault, parts);
}

type ClientFault = Extract<Fault, { kind: 'kill' | 'twin' | 'pause' | 'jump' | 'cut' | 'leave' }>;

function inflictOn(client: ClientProcess, fault: ClientFault, { setting, clients }: Parts): void {
  switch (fault.kind) {
    case 'kill':
      client.process.kill();
      setting.database.bury(client.process, fault.lingerMs);
      setting.timeline.after(fault.backAfterMs, () => clients.startAgain(client));
      return;
    case 'twin':
      clients.startAgain(client);
      return;
    case 'pause':
      client.process.pause(fault.forMs, fault.isSuspended);
      return;
    case 'jump':
      client.process.jump(fault.byMs);
      return;
    case 'cut':
      client.isCut = true;
      setting.timeline.after(fault.forMs, () => {
        client.isCut = false;
      });
      return;
    case 'leave':
      client.leave();
  }
}
