import { webcrypto as crypto, randomBytes } from 'node:crypto';
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { messageOf, systemCode } from '@inkwire/base';
import { makeDirectory } from '@inkwire/base/node';
import type { Extension, X509Certificate } from '@peculiar/x509';
import { WireError } from '../errors.ts';

/*
 * A private certificate authority for trying TLS out and for small installations: EC P-256 keys, X.509 v3 (RFC 5280). In
 * the directory, keys with mode 0600:
 *
 *     ca.pem ca-key.pem ─signs─▶ server.pem server-key.pem, and NAME.pem NAME-key.pem for each client
 */

/** The certificates to make, and their directory. */
export interface CertificateOptions {
  /** The directory of the files; made when it is not there. An authority that is there is used again. */
  readonly directory: string;
  /** Names and addresses of the server beside localhost, 127.0.0.1 and ::1. */
  readonly names?: readonly string[] | undefined;
  /** A certificate is made for each; letters, digits, `.`, `_` and `-`. Default `client`. */
  readonly clients?: readonly string[] | undefined;
  /** For tests. Default: now. */
  readonly now?: Date | undefined;
}

/** Paths of a certificate and its key. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** The files of an authority, a server and its clients. */
export interface Certificates {
  readonly ca: CertificateFiles;
  readonly server: CertificateFiles;
  readonly clients: Readonly<Record<string, CertificateFiles>>;
}

type X509 = typeof import('@peculiar/x509');

/** The library is loaded only when certificates are made: it is large and needs a polyfill for the whole process. */
async function loadX509(): Promise<X509> {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const authorityYears = 10;
const leafYears = 1;
const hourMs = 3_600_000;

interface Authority {
  readonly certificate: X509Certificate;
  readonly key: CryptoKey;
}

/**
 * Makes an authority, valid for ten years, unless there is one; and a server's and clients' certificates, valid for one,
 * replacing those that are there. Rejects with `WIRE_TLS_INVALID` when the authority that is there cannot be used.
 */
export async function createCertificates(options: CertificateOptions): Promise<Certificates> {
  const { directory, names = [], clients = ['client'], now = new Date() } = options;
  for (const name of clients) checkClientName(name);
  await makeDirectory(directory, { mode: 0o700 });
  const x509 = await loadX509();
  const ca = filesOf(directory, 'ca');
  const authority = (await readAuthority(x509, ca)) ?? (await createAuthority(x509, ca, now));

  const server = filesOf(directory, 'server');
  const serverNames = [...new Set(['localhost', '127.0.0.1', '::1', ...names])];
  const alternatives = serverNames.map((value) => ({
    type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const),
    value,
  }));
  await issue(x509, authority, server, 'Inkwire server', now, [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension(alternatives),
  ]);
  const issued = clients.map(async (name) => {
    const files = filesOf(directory, name);
    const usage = new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]);
    await issue(x509, authority, files, name, now, [usage]);
    return [name, files] as const;
  });
  return { ca, server, clients: Object.fromEntries(await Promise.all(issued)) };
}

function checkClientName(name: string): void {
  if (!/^[\w.-]{1,60}$/.test(name) || /^\.|^(ca|server)(-key)?$|-key$/.test(name))
    throw new RangeError(
      `Expected a client's name to be letters, digits, ., _ and -, and not ca or server, got \`${name}\``,
    );
}

const filesOf = (directory: string, name: string): CertificateFiles => ({
  cert: join(directory, `${name}.pem`),
  key: join(directory, `${name}-key.pem`),
});

async function readAuthority(x509: X509, { cert, key }: CertificateFiles): Promise<Authority | undefined> {
  try {
    const certificate = new x509.X509Certificate(await readFile(cert, 'utf8'));
    const pkcs8 = x509.PemConverter.decodeFirst(await readFile(key, 'utf8'));
    return { certificate, key: await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']) };
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return undefined;
    throw new WireError('WIRE_TLS_INVALID', `The authority in ${cert} cannot be used: ${messageOf(cause)}`, {
      cause,
    });
  }
}

async function createAuthority(x509: X509, files: CertificateFiles, now: Date): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(now, authorityYears),
    serialNumber: serialNumber(),
    name: [{ O: ['Inkwire'] }, { CN: [`Inkwire private authority ${serialNumber().slice(0, 8)}`] }],
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await save(x509, files, certificate, keys.privateKey);
  return { certificate, key: keys.privateKey };
}

async function issue(
  x509: X509,
  authority: Authority,
  files: CertificateFiles,
  name: string,
  now: Date,
  extensions: Extension[],
): Promise<void> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity(now, leafYears),
    serialNumber: serialNumber(),
    subject: [{ CN: [name] }],
    issuer: authority.certificate.subjectName,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
      ...extensions,
    ],
  });
  await save(x509, files, certificate, keys.privateKey);
}

const generateKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

/** 127 random bits, above 0 (RFC 5280 §4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes.toString('hex');
}

/** From an hour ago, for machines whose clocks are behind. */
function validity(now: Date, years: number): { notBefore: Date; notAfter: Date } {
  const notAfter = new Date(now);
  notAfter.setUTCFullYear(now.getUTCFullYear() + years);
  return { notBefore: new Date(now.getTime() - hourMs), notAfter };
}

async function save(
  x509: X509,
  files: CertificateFiles,
  certificate: X509Certificate,
  key: CryptoKey,
): Promise<void> {
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', key);
  await replaceFile(files.key, `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`, 0o600);
  await replaceFile(files.cert, `${certificate.toString('pem')}\n`, 0o644);
}

/** A reader of the file sees either the old one or the new one. */
async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const beside = `${path}.${randomBytes(4).toString('hex')}`;
  await writeFile(beside, text, { mode, flag: 'wx' });
  await chmod(beside, mode);
  await rename(beside, path);
}
