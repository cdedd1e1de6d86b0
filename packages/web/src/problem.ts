/** The problems that the page shows. Every answer of a hub that is an error becomes one of these. */
export const problemKinds = [
  'noneFound',
  'notAPicture',
  'empty',
  'damaged',
  'tooLarge',
  'tooMuchInk',
  'tooMany',
  'busy',
  'offline',
  'full',
  'forbidden',
  'readOnly',
  'gone',
  'unknown',
] as const;
export type ProblemKind = (typeof problemKinds)[number];

const kindOfCode: Readonly<Record<string, ProblemKind>> = {
  DIGITS_NONE_FOUND: 'noneFound',
  DIGITS_PICTURE_UNSUPPORTED: 'notAPicture',
  DIGITS_PICTURE_EMPTY: 'empty',
  HUB_FORM_WITHOUT_FILE: 'empty',
  DIGITS_PICTURE_DAMAGED: 'damaged',
  DIGITS_PICTURE_TOO_LARGE: 'tooLarge',
  DIGITS_STROKES_TOO_MANY: 'tooMuchInk',
  DIGITS_OVERLOADED: 'busy',
  HUB_ROLE_INSUFFICIENT: 'readOnly',
};

const kindOfStatus: Readonly<Record<number, ProblemKind>> = {
  401: 'forbidden',
  403: 'forbidden',
  404: 'gone',
  408: 'busy',
  413: 'tooLarge',
  415: 'notAPicture',
  422: 'noneFound',
  429: 'tooMany',
  502: 'offline',
  503: 'busy',
  504: 'offline',
  507: 'full',
};

/** Those that pass by themselves: the same request may succeed a little later. */
const passing: ReadonlySet<ProblemKind> = new Set(['tooMany', 'busy', 'offline']);

const defaultRetryAfterMs = 3_000;

/** The one error that the page's client raises: an RFC 9457 answer, or no answer at all. */
export class Problem extends Error {
  readonly kind: ProblemKind;
  readonly code: string;
  readonly status: number;
  /** The wait before another attempt, for those that pass by themselves. */
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: ProblemKind,
    about: { code: string; status: number; detail?: string; retryAfterMs?: number; cause?: unknown },
  ) {
    super(about.detail ?? about.code, { cause: about.cause });
    this.name = 'Problem';
    this.kind = kind;
    this.code = about.code;
    this.status = about.status;
    this.retryAfterMs = passing.has(kind) ? (about.retryAfterMs ?? defaultRetryAfterMs) : undefined;
  }
}

/** A hub that answered, but not with what was asked for. */
export async function problemFromResponse(response: Response): Promise<Problem> {
  const { code, detail } = await problemDetails(response);
  const kind = kindOfCode[code] ?? kindOfStatus[response.status] ?? 'unknown';
  const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), Date.now());
  return new Problem(kind, {
    code: code || `HTTP ${response.status}`,
    status: response.status,
    ...(detail ? { detail } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** No answer: the network is away, or the hub is. */
export function problemFromFailure(cause: unknown): Problem {
  return new Problem('offline', { code: 'OFFLINE', status: 0, cause });
}

/** The problem that the page shows for a thrown value. */
export function problemOf(error: unknown): Problem {
  return error instanceof Problem
    ? error
    : new Problem('unknown', { code: 'PAGE_FAILED', status: 0, cause: error });
}

/** RFC 9110, section 10.2.3: seconds, or a date. */
export function parseRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (!header) return undefined;
  const seconds = Number(header);
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(waitMs) && waitMs >= 0 ? waitMs : undefined;
}

async function problemDetails(response: Response): Promise<{ code: string; detail?: string }> {
  try {
    const body: unknown = await response.json();
    if (typeof body !== 'object' || body === null) return { code: '' };
    const { code, detail } = body as { code?: unknown; detail?: unknown };
    return { code: typeof code === 'string' ? code : '', ...(typeof detail === 'string' ? { detail } : {}) };
  } catch {
    return { code: '' }; // A proxy's page of HTML, or nothing.
  }
}
