// Draws plots as SVG when the report is written, so that the page has no code for them. Colours are variables of its style.
import { plot, type Markish, type PlotOptions } from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { Markup, markup } from '../markup.ts'

const { document } = parseHTML('<!doctype html><html><body></body></html>')

/** The width of a plot, in the pixels of a wide screen; a narrow one scrolls. */
const width = 920

/**
 * Draws a plot with a caption. A reader without eyes gets the caption and `text`, which says what the plot shows.
 * The text of the SVG is safe: its library writes it by the DOM, which escapes it.
 */
export function drawn(caption: string, text: string, marks: readonly Markish[], options: PlotOptions): Markup {
  const svg = plot({ document, width, marks: [...marks], marginBottom: 44, ...options })
  // The policy of the page refuses styles that it does not name.
  for (const style of svg.querySelectorAll('style')) style.remove()
  for (const part of svg.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label')
  svg.removeAttribute('style')
  svg.setAttribute('font-size', '12')
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', text)
  return markup`<figure><div class="plot" tabindex="0" role="region" aria-label="${caption}">${new Markup(
    rounded(svg.outerHTML),
  )}</div><figcaption>${caption}</figcaption></figure>`
}

/** Returns the multiples of powers of ten in a range, for an axis with logarithms: its own labels leave some of them out. */
export function ticksBetween(least: number, most: number, multiples: readonly number[]): number[] {
  const powers = Array.from({ length: 18 }, (_, index) => 10 ** (index - 6))
  return powers
    .flatMap((power) => multiples.map((each) => each * power))
    .filter((tick) => tick >= least && tick <= most)
}

/** The attributes with coordinates; texts have numbers as well, those of releases among them. */
const geometry = /\s(?:d|x|y|x1|x2|y1|y2|cx|cy|r|width|height|transform|points)="[^"]*"/g

/** Rounds coordinates to tenths of a pixel: thousands of them would be most of the report. */
function rounded(svg: string): string {
  return svg.replaceAll(geometry, (attribute) =>
    attribute.replaceAll(/\d+\.\d{2,}/g, (number) => String(Number(Number(number).toFixed(1)))),
  )
}
