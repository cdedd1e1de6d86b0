import { pictureUrl } from '../api.ts';
import { words } from '../words/language.ts';
import { FilePicture } from './file-picture.tsx';
import type { SheetPicture } from './pictures.ts';

/** What a picture on the sheet looks like, wherever it comes from. */
export function PictureFace({ picture: { file, reading, name } }: { picture: SheetPicture }) {
  const { pictureOf, cannotShow } = words.value.sheet;
  const label = pictureOf(name);
  if (file) return <FilePicture file={file} label={label} instead={reading ? cannotShow : name} />;
  const isTiny = (reading?.width ?? 0) < 120;
  return <img class="file-picture" data-tiny={isTiny} src={pictureUrl(reading!.id)} alt={label} />;
}
