try {
  const theme = localStorage.getItem('inkwire.theme');
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's theme is then the theme.
}
