import { leaseTopic } from '@inkwire/pool/leases';

const prefix = leaseTopic('');

/** Whether a topic is a client's: heard by those only who may hold leases. */
export const isLeaseTopic = (name: string): boolean => name.length > prefix.length && name.startsWith(prefix);
