import type { ComponentType } from 'preact';
import { presentCount, unreadCount } from '../people/state.ts';
import { pool } from '../pool/pool-state.ts';
import { switchTheme, theme } from '../theme.ts';
import { type View, view, viewHref } from '../view.ts';
import { language, languages, switchLanguage, words } from '../words/language.ts';
import {
  Mark,
  ModelIcon,
  MoonIcon,
  PeopleIcon,
  PoolIcon,
  ReadingsIcon,
  SunIcon,
  WriteIcon,
} from './icons.tsx';
import { Tool } from './tool.tsx';

const views: readonly [View, ComponentType][] = [
  ['write', WriteIcon],
  ['readings', ReadingsIcon],
  ['wire', PeopleIcon],
  ['pool', PoolIcon],
  ['model', ModelIcon],
];

/** The name, the way around, the language and the light. */
export function Header() {
  const { label, home } = words.value.nav;
  return (
    <header class="header">
      <h1 class="wordmark">
        <a href={viewHref('write')} aria-label={home}>
          <Mark />
          <span>Inkwire</span>
        </a>
      </h1>
      <nav class="nav" aria-label={label}>
        {views
          .filter(([name]) => name !== 'pool' || pool.value)
          .map(([name, Icon]) => (
            <a
              key={name}
              class="nav-link"
              data-view={name}
              href={viewHref(name)}
              aria-current={view.value === name ? 'page' : undefined}
            >
              <Icon />
              <span class="nav-name">{words.value.nav[name]}</span>
              {name === 'wire' && <Counts />}
            </a>
          ))}
      </nav>
      <div class="header-switches">
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
    </header>
  );
}

/** The number of people who are here, and of their messages that were not read yet. */
function Counts() {
  const { here, unread: unreadWords } = words.value.people;
  if (unreadCount.value > 0)
    return (
      <span class="count" key="unread">
        <span aria-hidden="true">{unreadCount.value > 99 ? '99+' : unreadCount.value}</span>
        <span class="unseen"> {unreadWords(unreadCount.value)}</span>
      </span>
    );
  if (presentCount.value === undefined) return null;
  return (
    <span class="nav-count" key="here">
      <span aria-hidden="true">{presentCount.value}</span>
      <span class="unseen"> {here(presentCount.value)}</span>
    </span>
  );
}

function LanguageSwitch() {
  const other = language.value === 'en' ? 'zh' : 'en';
  return (
    <Tool
      class="tool tool-language"
      lang={languages[other].tag}
      label={words.value.switchLanguage}
      onClick={switchLanguage}
    >
      {words.value.otherLanguage}
    </Tool>
  );
}

function ThemeSwitch() {
  const isLight = theme.value === 'light';
  const label = isLight ? words.value.theme.toDark : words.value.theme.toLight;
  return (
    <Tool label={label} onClick={switchTheme}>
      {isLight ? <MoonIcon /> : <SunIcon />}
    </Tool>
  );
}
