import { readdir } from 'node:fs/promises';
import type { Command } from 'commander';
import { defaultHub, parseHubAddress } from '../connect/hub-options.ts';
import { CliError } from '../errors.ts';
import { prepareWritableDirectory } from '../files/writable-directory.ts';
import { printable, shellCommand } from '../output/printable.ts';
import { formatListenAddress } from '../settings/listen-address.ts';

/** Adds `certs`: what is needed to try TLS out. */
export function addCerts(program: Command): void {
  program
    .command('certs')
    .description(
      'make an authority of your own, a server certificate and a client certificate, to try TLS out',
    )
    .argument(
      '<DIR>',
      'where the PEM files go; created with mode 0700 when missing; an authority in it is used again',
    )
    .option(
      '--name <NAME>',
      'a host name or address of the server besides localhost, 127.0.0.1 and ::1; may be given again',
      (name: string, names: readonly string[]) => [...names, name],
      [] as readonly string[],
    )
    .action(certs);
}

async function certs(directory: string, flags: { readonly name: readonly string[] }): Promise<void> {
  await prepareWritableDirectory(directory, 'inkwire certs DIR');
  // Certificates are renewed where this command has made them; somebody else's keys must not be lost.
  const present = await readdir(directory);
  if (present.length > 0 && !present.includes('ca-key.pem'))
    throw new CliError('CLI_OUT_OCCUPIED', `${directory} holds other files; name an empty directory`);
  const { createCertificates } = await import('@inkwire/wire/node');
  const { ca, server, clients } = await createCertificates({ directory, names: flags.name });
  const client = clients.client!;
  const hub = formatListenAddress({ ...parseHubAddress(defaultHub), host: flags.name[0] ?? 'localhost' });
  const inkwire = (...words: string[]) => `  ${printable(shellCommand(['inkwire', ...words]))}\n`;
  process.stdout.write(
    `Made in ${printable(directory)}. A hub that asks everybody for a certificate:\n` +
      inkwire('serve', '--tls-cert', server.cert, '--tls-key', server.key, '--tls-ca', ca.cert) +
      'Whoever joins it:\n' +
      inkwire('connect', hub, '--ca', ca.cert, '--cert', client.cert, '--key', client.key) +
      `${printable(ca.key)} can sign further certificates: keep it to yourself.\n`,
  );
}
