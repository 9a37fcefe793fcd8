// Makes characters visible that a reader would not see, or that would move or colour what a terminal shows.

// Control, format and separator characters, halves of surrogate pairs, characters that are drawn as nothing, no characters.
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u
const allHidden = new RegExp(hidden, 'gu')

/** Tells whether a text has characters that a reader would not see. */
export function hasHidden(text: string): boolean {
  return hidden.test(text)
}

/** Replaces each character that a reader would not see, line feeds and tabs too, by what `write` returns for it. */
export function replaceHidden(text: string, write: (character: string) => string): string {
  return text.replaceAll(allHidden, write)
}

/**
 * Returns a text without colours whose hidden characters are visible: `\x1b`, `\u{2028}`. Line feeds and tabs stay. Of text
 * that comes from a kernel, a file or a program, only the result may reach a terminal or a report.
 */
export function visibleText(text: string): string {
  return replaceHidden(text.replaceAll(colours, ''), (character) =>
    character === '\n' || character === '\t' ? character : visibleForm(character),
  )
}

// oxlint-disable-next-line no-control-regex
const colours = /\u001b\[[\d;:]*m/g

function visibleForm(character: string): string {
  const code = character.codePointAt(0) ?? 0
  const digits = code.toString(16)
  return code < 0x100 ? String.raw`\x${digits.padStart(2, '0')}` : String.raw`\u{${digits}}`
}
