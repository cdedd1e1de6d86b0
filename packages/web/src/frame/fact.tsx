import type { ComponentChildren, HTMLAttributes } from 'preact';

interface FactProps extends HTMLAttributes<HTMLDivElement> {
  label: string;
  /** Whether the fact is a code rather than words. */
  mono?: boolean;
  children: ComponentChildren;
}

/** One line of a list of facts. */
export const Fact = ({ label, mono = false, children, ...line }: FactProps) => (
  <div {...line}>
    <dt>{label}</dt>
    <dd class={mono ? 'mono' : undefined}>{children}</dd>
  </div>
);
