/** The headings of an entry, and what a changeset of each kind changes for those who use the package. */
const headings = { major: 'Breaking', minor: 'Added and changed', patch: 'Fixed' };
const kinds = Object.keys(headings);

/** The greatest kind of change that a changeset makes to any package. */
const kindOf = ({ releases }) => kinds.find((kind) => releases.some(({ type }) => type === kind)) ?? 'patch';

function line({ releases, summary }) {
  const names = releases.map(({ name }) => `\`${name.replace('@inkwire/', '')}\``).sort();
  return `- ${names.join(', ')}: ${summary.trim().replaceAll('\n', '\n  ')}`;
}

/** One version's entry of CHANGELOG.md, made of its changesets. */
export function changelogEntry(version, date, changesets) {
  const sections = kinds.flatMap((kind) => {
    const lines = changesets.filter((changeset) => kindOf(changeset) === kind).map(line);
    return lines.length === 0 ? [] : [`### ${headings[kind]}\n\n${lines.join('\n')}\n`];
  });
  return `## ${version} - ${date}\n\n${sections.join('\n')}`;
}

/** The text of CHANGELOG.md with an entry above the others. */
export function withEntry(changelog, entry) {
  const first = changelog.indexOf('\n## ');
  if (first === -1) throw new Error('CHANGELOG.md has no entry to put the new one above');
  return `${changelog.slice(0, first + 1)}${entry}\n${changelog.slice(first + 1)}`;
}
