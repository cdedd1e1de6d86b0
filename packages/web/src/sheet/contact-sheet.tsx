import { PictureIcon } from '../frame/icons.tsx';
import { words } from '../words/language.ts';
import { PictureFace } from './picture-face.tsx';
import { choosePicture, pictures, type SheetPicture } from './pictures.ts';

/** Several pictures at once: small prints in rows, each with what was read below it. */
export function ContactSheet() {
  // Two even rows up to a dozen, more rows after that; a narrow sheet makes more of them.
  const count = pictures.value.length;
  const columns = count <= 4 ? Math.max(3, count) : Math.min(6, Math.ceil(count / 2));
  return (
    <ul
      class="contact-sheet"
      aria-label={words.value.sheet.contactSheet}
      style={{ '--columns': String(columns) }}
    >
      {pictures.value.map((picture) => (
        <li key={picture.key}>
          <button
            type="button"
            class="contact"
            data-unsure={picture.reading?.unsure ?? false}
            data-wrong={isWrong(picture)}
            onClick={() => choosePicture(picture.key)}
          >
            <span class="contact-face" data-reading={!picture.reading && !picture.problem}>
              {picture.problem && <PictureIcon />}
              <PictureFace picture={picture} />
            </span>
            <Caption picture={picture} />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Caption({ picture: { reading, problem, name } }: { picture: SheetPicture }) {
  if (problem) {
    return (
      <span class="contact-problem">
        <small>{name}</small> {words.value.problem[problem.kind].title}
      </span>
    );
  }
  if (!reading) return <span class="contact-text">…</span>;
  return (
    <span class="contact-text">
      {reading.written}
      {reading.unsure && <small>{words.value.readings.unsure}</small>}
      {reading.label !== undefined && reading.label !== reading.text && (
        <small>{words.value.reading.shouldBe(reading.label)}</small>
      )}
    </span>
  );
}

const isWrong = ({ reading }: SheetPicture): boolean =>
  reading?.label !== undefined && reading.label !== reading.text;
