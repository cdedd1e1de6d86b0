import { pictureUrl } from '../api.ts';
import { words } from '../words/language.ts';
import { FilePicture, type FilePictureProps } from './file-picture.tsx';
import type { SheetPicture } from './pictures.ts';

/** The picture on the sheet, of any source. `onShape` receives the shape of a picture that is a file. */
export function PictureFace({
  picture: { file, reading, name },
  onShape,
}: {
  picture: SheetPicture;
  onShape?: FilePictureProps['onShape'];
}) {
  const { pictureOf, cannotShow } = words.value.sheet;
  const label = pictureOf(name);
  const instead = reading ? cannotShow : name;
  if (file) return <FilePicture file={file} label={label} instead={instead} onShape={onShape} />;
  const isTiny = (reading?.width ?? 0) < 120;
  return <img class="file-picture" data-tiny={isTiny} src={pictureUrl(reading!.id)} alt={label} />;
}
