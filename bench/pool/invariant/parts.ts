import type { Allocators } from './allocators.ts';
import type { Clients } from './clients.ts';
import type { Network } from './network.ts';
import type { Setting } from './setting.ts';

/**
 * What a run is made of.
 *
 *     ClientProcess: pool, lease client, work ──▶ Network ──▶ Allocators: service, disk
 *           └──── sessions ────▶ SessionDatabase ◀──── fence ──────┘
 */
export interface Parts {
  readonly setting: Setting;
  readonly network: Network;
  readonly allocators: Allocators;
  readonly clients: Clients;
}
