import { leaseTopic } from '@inkwire/pool/leases';

const prefix = leaseTopic('');

/** Whether a topic carries the grants of one client. Only those who may hold leases may subscribe. */
export const isLeaseTopic = (name: string): boolean => name.length > prefix.length && name.startsWith(prefix);
