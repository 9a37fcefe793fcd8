// The filters of the list of results, and the page of one test. Without scripts, the style alone shows the page of a test.
const title = document.title

/** Returns the element of the test that the address names. */
function target() {
  return location.hash.startsWith('#t-') ? document.getElementById(location.hash.slice(1)) : null
}

/** Shows the page of a test, and moves the focus to its heading, so that a screen reader begins to read there. */
function showTarget() {
  const heading = target()?.querySelector('h3 a')
  document.documentElement.classList.toggle('one', heading !== undefined)
  document.title = heading ? `${heading.textContent} – ${title}` : title
  if (!heading) return
  scrollTo(0, 0)
  heading.focus({ preventScroll: true })
}

/** Returns the text of an item's line; reading all of them waits for the first search. */
function textOf(item) {
  item.text ??= item.element.firstElementChild.textContent.toLowerCase()
  return item.text
}

/** Lets the form choose among the results. */
function startFilters() {
  const form = document.querySelector('#filters')
  const output = form.querySelector('output')
  const items = [...document.querySelectorAll('#list > li')].map((element) => ({
    element,
    data: element.dataset,
    text: undefined,
  }))

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

  // A browser that reloads the page may keep what was chosen.
  apply()
  form.hidden = false
}

/** Lets each program be saved as a file. */
function startSaving() {
  for (const button of document.querySelectorAll('button[data-file]')) {
    button.hidden = false
    button.addEventListener('click', () => {
      const source = button.closest('.page').querySelector('.source pre').textContent
      const link = document.createElement('a')
      link.href = URL.createObjectURL(new Blob([source], { type: 'text/x-csrc' }))
      link.download = button.dataset.file
      link.click()
      URL.revokeObjectURL(link.href)
    })
  }
}

// Before the body is read, so that no other part of the page is shown first.
document.documentElement.classList.toggle('one', location.hash.startsWith('#t-'))
addEventListener('hashchange', showTarget)
addEventListener('DOMContentLoaded', () => {
  startFilters()
  startSaving()
  showTarget()
})
