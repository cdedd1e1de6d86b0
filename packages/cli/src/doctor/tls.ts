import { createPrivateKey, X509Certificate } from 'node:crypto';
import { messageOf } from '@inkwire/base';
import { readPemFiles } from '../files/pem-files.ts';
import { type Check, type Finding, failure, ok, problem, warning } from './check.ts';

const soonMs = 14 * 86_400_000;

/** Whether a certificate is valid now. `file` names it. */
export function findValidity(file: string, pem: string, nowMs: number): Finding {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (error) {
    return problem(`${file} holds no certificate in PEM: ${messageOf(error)}`);
  }
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  if (nowMs < from)
    return problem(`${file} is not valid before ${day(from)}: is the clock of this machine right?`);
  if (nowMs > to) return problem(`${file} has ended on ${day(to)}: renew it`);
  if (nowMs > to - soonMs) return warning(`${file} ends on ${day(to)}: renew it`);
  return ok(`${file} is valid until ${day(to)}`);
}

/** Whether a key belongs to a certificate. */
export function findKey(
  files: { readonly cert: string; readonly key: string },
  cert: string,
  key: string,
): Finding {
  try {
    if (new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
      return ok(`${files.key} is the key of ${files.cert}`);
    return problem(`${files.key} is the key of another certificate than ${files.cert}`);
  } catch (error) {
    return problem(`${files.key} cannot be used: ${messageOf(error)}`);
  }
}

export const tlsCheck: Check = {
  subject: 'tls',
  find: async ({ tls }) => {
    if (tls === undefined) return [];
    try {
      const { cert, key, ca } = await readPemFiles(tls);
      const validity = findValidity(tls.cert, cert, Date.now());
      return [
        validity,
        ...(validity.message.includes('holds no certificate') ? [] : [findKey(tls, cert, key)]),
        ...(tls.ca === undefined ? [] : [findValidity(tls.ca, ca!, Date.now())]),
      ];
    } catch (error) {
      return [failure(error)];
    }
  },
};
