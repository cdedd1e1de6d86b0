// A plugin of TypeDoc: the entry "." of a package has no name there, and would be an empty line in the list.
import { Converter, ReflectionKind } from 'typedoc';

export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module))
      if (module.name === '') module.name = 'main';
  });
}
