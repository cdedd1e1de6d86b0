import { announcement } from '../announcement.ts';

/** The live region from which screen readers announce the reading. */
export function Announcer() {
  return (
    <p class="unseen" role="status" aria-live="polite" id="announcement">
      {announcement.value}
    </p>
  );
}
