import { within } from '@inkwire/base';
import type { Client } from '@inkwire/wire';

/**
 * Waits for the first answer to a new client. A client retries a failed connection for ever, and its requests wait
 * meanwhile. A person who has just named an address wants to know what is wrong with it, so the first failure rejects.
 */
export async function firstAnswer<T>(
  client: Client,
  asked: Promise<T>,
  signal?: AbortSignal | undefined,
): Promise<T> {
  let stop = () => {};
  const failed = new Promise<never>((_, reject) => {
    stop = client.onState((state, error) => {
      if (state === 'offline' || state === 'closed') reject(error);
    });
  });
  try {
    return await within(Promise.race([asked, failed]), { signal });
  } finally {
    stop();
  }
}
