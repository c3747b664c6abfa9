/** What people are shown of a model's name. */

/** The name of a model in few words: of several, how many there are. */
export function shortModel(model: string): string {
  const several = (_: string, names: string) => ` of ${names.split(', ').length} models`;
  return model.replace(/ of (.*)$/, several).replaceAll('_', ' ');
}
