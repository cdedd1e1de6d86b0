import { Owner } from './owner.ts';

/** The two ways in which an owner ends, as in `Owner`. */
export interface LifetimeHooks {
  drain(): Promise<void> | void;
  /** Default: the same as `drain`. */
  abort?(error: Error): Promise<void> | void;
}

/** An owner made of two functions: `return new Lifetime('listener', { drain })`. */
export class Lifetime extends Owner {
  readonly #hooks: LifetimeHooks;

  constructor(what: string, hooks: LifetimeHooks) {
    super(what);
    this.#hooks = hooks;
  }

  protected override drain(): Promise<void> | void {
    return this.#hooks.drain();
  }

  protected override abort(error: Error): Promise<void> | void {
    return this.#hooks.abort ? this.#hooks.abort(error) : super.abort(error);
  }
}
