import { type Client, createClient } from '@inkwire/wire';
import { dialStream } from '@inkwire/wire/node';
import { onTestFinished } from 'vitest';
import { patient } from '../../packages/wire/test/patient.ts';

interface Company {
  readonly anna: Client;
  members(): Promise<{ readonly id: number; readonly transport: string }[]>;
  leave(): Promise<void>;
}

let here: Promise<Company> | undefined;

/** A handful of programs that are members until the test is over. */
export function company(wire: { readonly host: string; readonly port: number }): Promise<Company> {
  return (here ??= gather(wire));
}

async function gather(wire: { readonly host: string; readonly port: number }): Promise<Company> {
  const names = ['Anna', '小明', 'Benedict of the very long name, who likes to hear all of it', 'night-job'];
  const clients = names.map((name) =>
    createClient({ dial: (wait) => dialStream({ ...wire, ...wait }), name, ...patient }),
  );
  const leave = async (): Promise<void> => {
    await Promise.all(clients.map((client) => client.destroy()));
  };
  onTestFinished(() => {
    here = undefined;
    return leave();
  });
  await Promise.all(clients.map((client) => client.hget('$session', 'id')));
  const [anna] = clients as [Client];
  return {
    anna,
    leave,
    members: async () =>
      [...(await anna.hgetall('$members')).values()].map((value) => JSON.parse(String(value))),
  };
}
