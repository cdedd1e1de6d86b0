// The driver `pg` where there is no database: it answers every query with one row.
import { EventEmitter } from 'node:events';

class Client extends EventEmitter {
  host = 'localhost';
  port = 5432;
  readyForQuery = true;
  connection = { stream: { destroy: () => this.emit('end') } };
  #status = 'I';

  async connect() {}

  async query(query) {
    const [command] = (query.text ?? query).split(' ');
    if (command === 'BEGIN') this.#status = 'T';
    if (command === 'COMMIT' || command === 'ROLLBACK') this.#status = 'I';
    return { command, rows: [{ name: 'ink' }], rowCount: 1, fields: [] };
  }

  async end() {
    process.nextTick(() => this.emit('end'));
  }

  getTransactionStatus() {
    return this.#status;
  }
}

export default { Client };
