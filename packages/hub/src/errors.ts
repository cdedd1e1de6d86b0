import { CodedError } from '@inkwire/base';

/**
 * The error codes of the hub. The first eleven end a start, except `HUB_CLOCK_JUMPED`, which is only reported; the others are
 * answers to a client.
 */
export type HubErrorCode =
  | 'HUB_ADDRESS_UNUSABLE'
  | 'HUB_BINDING_UNSAFE'
  | 'HUB_BUS_CROWDED'
  | 'HUB_BUS_DRIVER_MISSING'
  | 'HUB_BUS_FOREIGN'
  | 'HUB_BUS_REFUSED'
  | 'HUB_BUS_UNREACHABLE'
  | 'HUB_CLOCK_JUMPED'
  | 'HUB_PAGE_MISSING'
  | 'HUB_PORT_IN_USE'
  | 'HUB_TLS_INVALID'
  | 'HUB_BUS_FULL'
  | 'HUB_FAILED'
  | 'HUB_FORM_WITHOUT_FILE'
  | 'HUB_HEADERS_TOO_LARGE'
  | 'HUB_HOST_REFUSED'
  | 'HUB_MEDIA_TYPE_UNSUPPORTED'
  | 'HUB_NAME_INVALID'
  | 'HUB_NOT_FOUND'
  | 'HUB_ORIGIN_REFUSED'
  | 'HUB_OVERLOADED'
  | 'HUB_RATE_LIMITED'
  | 'HUB_REQUEST_MALFORMED'
  | 'HUB_REQUEST_TIMEOUT'
  | 'HUB_REQUEST_TOO_LARGE'
  | 'HUB_ROLE_INSUFFICIENT'
  | 'HUB_TOKEN_MISSING'
  | 'HUB_TOKEN_WRONG';

/** Every error that `@inkwire/hub` raises for something other than a programmer's mistake. */
export class HubError extends CodedError<HubErrorCode> {}

/** The reasons for which work for a client ends early. */
export function hungUp(cause?: unknown): HubError {
  return new HubError('HUB_REQUEST_MALFORMED', 'The client hung up', { cause });
}

/** The reasons for which a listener does not open. */
export function tlsInvalid(cause: unknown): HubError {
  return new HubError('HUB_TLS_INVALID', 'The certificate, its key or the authorities cannot be used', {
    cause,
  });
}
