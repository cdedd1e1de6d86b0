import type { ButtonHTMLAttributes } from 'preact';

interface ToolProps extends ButtonHTMLAttributes {
  label: string;
}

/** A button with an icon, whose label is read aloud, and shown to a pointer that rests on it. */
export const Tool = ({ label, ...button }: ToolProps) => (
  <button type="button" class="tool" aria-label={label} title={label} {...button} />
);
