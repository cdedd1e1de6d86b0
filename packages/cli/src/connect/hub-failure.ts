import { CodedError, messageOf, systemCode } from '@inkwire/base';
import { CliError } from '../errors.ts';
import { formatListenAddress, type ListenAddress } from '../settings/listen-address.ts';

/** The hub's answer with another status than 200, as far as it is shown. */
interface Refusal {
  readonly status: number;
  readonly hubMessage: string;
}

/** The hub's own words, where an error is an answer with another status than 200. */
export function refusalOf(error: unknown): Refusal | undefined {
  return error instanceof CodedError && error.code === 'WIRE_STATUS'
    ? (error as unknown as Refusal)
    : undefined;
}

/** The error for an answer with another status than 200. */
export function refused({ status, hubMessage }: Refusal, cause?: unknown): CliError {
  const hint = status === 401 ? '; a token is given with --token or INKWIRE_TOKEN' : '';
  const message = `The hub refused: ${hubMessage || 'no reason given'} (status ${status})${hint}`;
  return new CliError('CLI_HUB_REFUSED', message, { cause });
}

/** The error for a hub that could not be joined: `CLI_HUB_REFUSED`, `CLI_HUB_UNREACHABLE`, or the error as it was. */
export function joinFailure(error: unknown, address: ListenAddress, isTls: boolean): unknown {
  const refusal = refusalOf(error);
  if (refusal) return refused(refusal, error);
  const message = explain(error, address, isTls);
  if (message === undefined) return error;
  return new CliError('CLI_HUB_UNREACHABLE', message, { cause: error, retryable: true });
}

function explain(error: unknown, address: ListenAddress, isTls: boolean): string | undefined {
  const where = formatListenAddress(address);
  const codes = codesOf(error);
  const isOne = (...of: string[]) => codes.some((code) => of.includes(code));
  const said = (pattern: RegExp) => codes.some((code) => pattern.test(code));
  if (isOne('ENOTFOUND')) return `There is no host called ${address.host}`;
  if (isOne('EAI_AGAIN')) return `The host ${address.host} could not be looked up; is the network there?`;
  if (isOne('ECONNREFUSED')) return `Nothing listens at ${where}; a hub is started with inkwire serve`;
  if (said(/CERTIFICATE_REQUIRED|ALERT_(BAD|UNKNOWN)_C/))
    return `The hub at ${where} asks for a certificate that it knows: --cert FILE --key FILE`;
  if (isOne('EPROTO') || said(/^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH)/))
    return `The hub at ${where} does not speak TLS`;
  if (isOne('WIRE_TLS_INVALID'))
    return `${messageOf(error)}; the authority that signed the hub's certificate is named with --ca FILE`;
  if (isOne('ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'BASE_TIMEOUT'))
    return `The hub at ${where} cannot be reached: no answer in time`;
  const notOurs = ['WIRE_YAMUX_INVALID', 'WIRE_MESSAGE_INVALID', 'WIRE_FRAME_TOO_LARGE'];
  if (isOne('WIRE_CONNECTION_LOST', 'ECONNRESET', ...notOurs)) {
    const hint = isTls
      ? 'it may ask for a certificate: --cert FILE --key FILE'
      : 'it may want TLS: --ca FILE';
    return `Something listens at ${where}, but does not answer as a hub does; ${hint}`;
  }
  return isOne('WIRE_CONNECT_FAILED') ? messageOf(error) : undefined;
}

/** The codes of an error and of what caused it. */
function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (let at = error; at instanceof Error && codes.length < 8; at = at.cause)
    codes.push(systemCode(at) ?? '');
  return codes;
}
