import { announcement } from '../announcement.ts';

/** Where screen readers hear the reading. */
export function Announcer() {
  return (
    <p class="unseen" role="status" aria-live="polite" id="announcement">
      {announcement.value}
    </p>
  );
}
