// HTML as a value of its own: a text becomes HTML only by escaping, so no text of a guest can be taken for markup.

/** HTML that may be written as it is. */
export class Markup {
  readonly source: string

  constructor(source: string) {
    this.source = source
  }
}

/** A value in a template: markup stays as it is, and texts are escaped. */
export type Part = Markup | string | number | readonly Part[]

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function sourceOf(part: Part): string {
  if (part instanceof Markup) return part.source
  if (typeof part === 'object') return part.map(sourceOf).join('')
  return String(part).replaceAll(/[&<>"']/g, (character) => entities[character] ?? character)
}

/** Makes markup of a template, for elements and for attributes in quotes: each value is escaped unless it is markup. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.map((text, index) => text + sourceOf(parts[index] ?? '')).join(''))
}

/** No markup, for a part of a page that is absent. */
export const nothing = new Markup('')

/** Returns parts with a separator between them. */
export function joined(parts: readonly Part[], separator: string): readonly Part[] {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [separator, part]))
}
