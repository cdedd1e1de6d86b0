import { readPem } from '../files/pem-file.ts';
import type { Configuration } from '../settings/configuration.ts';

/** Reads the certificates that the configuration names. Throws `CLI_FILE_UNREADABLE`. */
export async function readTlsFiles(files: Configuration['tls']) {
  if (files === undefined) return undefined;
  const [cert, key] = await Promise.all([readPem(files.cert), readPem(files.key)]);
  return { cert, key, ...(files.ca !== undefined && { ca: await readPem(files.ca) }) };
}
