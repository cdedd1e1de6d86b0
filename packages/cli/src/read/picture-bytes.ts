import { createReadStream } from 'node:fs';
import { messageOf, systemCode } from '@inkwire/base';
import { CliError } from '../errors.ts';

/** Larger pictures are refused by preparation; there is no sense in reading more of a file than shows that. */
const maxPictureBytes = 10 * 2 ** 20;

/**
 * The bytes of a file, or of stdin for `-`, but no more than one past the limit of a picture: a device without end
 * (`/dev/zero`) fills no memory, and preparation refuses what is too large with its own code. Throws
 * `CLI_FILE_UNREADABLE`.
 */
export async function readPictureBytes(file: string): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of file === '-' ? process.stdin : createReadStream(file)) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > maxPictureBytes) break;
    }
  } catch (error) {
    throw new CliError('CLI_FILE_UNREADABLE', unreadable(error), { cause: error });
  }
  return Buffer.concat(chunks, Math.min(size, maxPictureBytes + 1));
}

/** Without the file's name, which the caller puts in front. */
function unreadable(error: unknown): string {
  const reasons: Record<string, string> = {
    ENOENT: 'no such file',
    EISDIR: 'a directory, not a picture',
    EACCES: 'may not be read',
  };
  return reasons[systemCode(error) ?? ''] ?? messageOf(error);
}
