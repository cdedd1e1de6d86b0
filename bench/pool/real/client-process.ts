import { Child } from './child.ts';
import type { Answers, Order } from './messages.ts';

/** A process of an application. */
export class ClientProcess extends Child<Order, Answers> {
  constructor() {
    super('client');
  }
}
