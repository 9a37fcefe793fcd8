// The filters of the list of results. Everything else on the page works without this script.
const form = document.querySelector('#filters')
const output = form.querySelector('output')
const items = [...document.querySelectorAll('#list > li')].map((element) => ({
  element,
  data: element.dataset,
  text: undefined,
}))

/** Returns the text of an item's line; reading all of them waits for the first search. */
function textOf(item) {
  item.text ??= item.element.firstElementChild.textContent.toLowerCase()
  return item.text
}

function apply() {
  const wanted = Object.fromEntries(new FormData(form))
  const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean)
  const chosen = Object.entries(wanted).filter(([key, value]) => key !== 'text' && value !== '')
  let shown = 0
  for (const item of items) {
    const fits =
      chosen.every(([key, value]) => (item.data[key] ?? '').split(' ').includes(value)) &&
      words.every((word) => textOf(item).includes(word))
    item.element.hidden = !fits
    if (fits) shown += 1
  }
  output.textContent = shown === items.length ? `${shown} results` : `${shown} of ${items.length} results`
}

form.addEventListener('input', apply)
form.addEventListener('submit', (event) => event.preventDefault())
form.addEventListener('reset', () => setTimeout(apply))

// A count is a link to the results that it counts.
document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[data-filter]')
  const select = link && form.elements.namedItem(link.dataset.filter)
  if (!select) return
  form.reset()
  select.value = link.dataset.value
  apply()
})

const title = document.title
/** Moves the focus to the test whose page is shown, so that a screen reader begins to read there. */
function showTarget() {
  const target = location.hash.startsWith('#t-') && document.getElementById(decodeURIComponent(location.hash.slice(1)))
  const heading = target && target.querySelector('h3 a')
  document.title = heading ? `${heading.textContent} – ${title}` : title
  if (!heading) return
  scrollTo(0, 0)
  heading.focus({ preventScroll: true })
}
addEventListener('hashchange', showTarget)
showTarget()

apply()
form.hidden = false
