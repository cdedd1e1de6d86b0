import type { Timer } from '@inkwire/base';
import { Allowance } from '@inkwire/wire';
import { type CommandService, type CommandServiceOptions, resolveServiceOptions } from './options.ts';
import { ServedStream } from './served-stream.ts';

/** Creates the service. Throws a RangeError for a limit out of bounds. */
export function createCommandService<Session>(
  options: CommandServiceOptions<Session>,
): CommandService<Session> {
  const parts = resolveServiceOptions(options);
  const streams = new Set<ServedStream<Session>>();
  /** One timer for all streams, while there are any: a check costs each of them two comparisons. */
  let timer: Timer | undefined;
  const wait = () => {
    timer = parts.clock.after(parts.limits.frameTimeoutMs / 2, check, { unref: true });
  };
  const check = () => {
    wait();
    for (const stream of streams) stream.checkBegunFrame();
  };
  const leave = (stream: ServedStream<Session>) => {
    streams.delete(stream);
    if (streams.size > 0) return;
    timer?.cancel();
    timer = undefined;
  };
  return {
    serve(channel, session, allowance = new Allowance(parts.limits)) {
      const stream = new ServedStream(channel, session, parts, allowance, () => leave(stream));
      streams.add(stream);
      if (timer === undefined) wait();
      return stream;
    },
    metrics: parts.metrics,
  };
}
