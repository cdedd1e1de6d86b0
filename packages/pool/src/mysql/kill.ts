import { connected, type MysqlCore, type MysqlInside } from './driver.ts';

/** How long the server may take to take the order. */
const patienceMs = 1_000;

/**
 * Has the server end a session, over a connection made for that. A session whose socket has gone finishes its statement
 * first, and keeps its slot until then. Resolves when it was ordered, or could not be.
 */
export async function killSession(connect: () => MysqlCore & MysqlInside, threadId: number): Promise<void> {
  const core = connect();
  core.on('error', () => {});
  const impatience = setTimeout(() => core.stream.destroy(), patienceMs);
  try {
    await connected(core);
    await core.promise().query(`KILL CONNECTION ${threadId}`);
  } catch {
    // It ends when its statement does.
  } finally {
    clearTimeout(impatience);
    core.stream.destroy();
  }
}
