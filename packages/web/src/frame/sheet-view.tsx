import type { ComponentChildren } from 'preact';

interface SheetViewProps {
  name: string;
  heading: string;
  lead: string;
  children: ComponentChildren;
}

/** A view that is a sheet of its own. */
export function SheetView({ name, heading, lead, children }: SheetViewProps) {
  return (
    <article class={`sheet-view ${name}`} aria-labelledby={`${name}-heading`}>
      <header class="sheet-view-head">
        <h2 id={`${name}-heading`} tabIndex={-1}>
          {heading}
        </h2>
        <p class="sheet-view-lead">{lead}</p>
      </header>
      {children}
    </article>
  );
}
