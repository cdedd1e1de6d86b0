import type { CreateArm } from './arm.ts';
import { allocated } from './arms/allocated.ts';
import { pgBouncer } from './arms/pg-bouncer.ts';
import { sharedQueue } from './arms/shared-queue.ts';
import { uncoordinated } from './arms/uncoordinated.ts';

/** The ways of sharing that are compared. */
export const arms = {
  ideal: sharedQueue,
  fair: allocated('fair'),
  mean: allocated('mean'),
  fixed: allocated('fixed'),
  pgbouncer: pgBouncer,
  uncoordinated,
} as const satisfies Record<string, CreateArm>;

export type ArmName = keyof typeof arms;
export const armNames = Object.keys(arms) as ArmName[];
