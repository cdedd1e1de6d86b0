/** Media types that `preparePicture` reads. AVIF because the prebuilt libvips decodes AV1; HEIC it cannot. */
export type PictureType =
  | 'image/avif'
  | 'image/gif'
  | 'image/jpeg'
  | 'image/png'
  | 'image/tiff'
  | 'image/webp';

const ascii = (bytes: Uint8Array, from: number, to: number) =>
  String.fromCharCode(...bytes.subarray(from, Math.min(to, bytes.length)));

const startsWith = (bytes: Uint8Array, ...start: number[]) => start.every((value, i) => bytes[i] === value);

/** The brands of an ISO media file's `ftyp` box (ISO/IEC 14496-12, 4.3): the major one first; [] when it has none. */
function mediaBrands(bytes: Uint8Array): string[] {
  if (bytes.length < 12 || ascii(bytes, 4, 8) !== 'ftyp') return [];
  const end = Math.min(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), bytes.length, 256);
  const brands = [ascii(bytes, 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(ascii(bytes, at, at + 4));
  return brands;
}

/**
 * The media type of a picture that `preparePicture` reads, by its first bytes; `undefined` for everything else.
 * The file's name and declared type are ignored.
 */
export function pictureType(bytes: Uint8Array): PictureType | undefined {
  if (startsWith(bytes, 0xff, 0xd8, 0xff)) return 'image/jpeg';
  if (startsWith(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png';
  if (/^GIF8[79]a/.test(ascii(bytes, 0, 6))) return 'image/gif';
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'image/webp';
  if (startsWith(bytes, 0x49, 0x49, 0x2a, 0) || startsWith(bytes, 0x4d, 0x4d, 0, 0x2a)) return 'image/tiff';
  return mediaBrands(bytes).some((brand) => brand === 'avif' || brand === 'avis') ? 'image/avif' : undefined;
}

/** The likely kind of a file that cannot be read, for the error message. */
export function foreignKind(bytes: Uint8Array): string | undefined {
  const start = ascii(bytes, 0, 256).trimStart();
  if (mediaBrands(bytes).some((brand) => /^(he[ivm][cxs]|mif1|msf1)$/.test(brand))) return 'HEIC';
  if (start.startsWith('%PDF')) return 'PDF';
  if (/<svg[\s>]/i.test(start)) return 'SVG';
  return undefined;
}
