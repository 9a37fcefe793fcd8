// Splats about memory: the sanitizers, the page and slab allocators, lists and counters, the OOM killer, kmemleak.
import { endTrace, rows, ruler, wholePlace } from './pattern.ts'

const killed =
  /^(?:Out of memory|Memory cgroup out of memory|Out of memory \(\w+\)): Killed process|^Out of memory and no killable/

/** Lines of a report of SLUB before Linux 5.13. */
const partOfSlub = /^INFO: (?:0x|Allocated in |Freed in |Slab 0x|Object 0x)|^BUG \S+ \(.*\): kasan: bad access detected/

/** The beginning of a headline, up to the function. */
const sanitizer = String.raw`^BUG: K[A-Z]+: [\w -]{1,80}? in `

export const memory = rows({
  kasan: {
    kind: 'kasan',
    needle: 'BUG: KASAN: ',
    begin:
      /^BUG: KASAN: (?<what>[\w -]+?)(?: in (?<function>[A-Za-z_][\w.]*)(?:\+0x\S+)?.*| on (?:unknown )?address.*)?$/,
    title: 'KASAN: $what',
    // Before Linux 4.8 it printed a report of SLUB within its own, with a longer ruler.
    end: /^={30,70}$/,
    complete: wholePlace(sanitizer, '|invalid-access$| on (?:unknown )?address'),
    inside: partOfSlub,
  },
  kfence: {
    kind: 'kfence',
    needle: 'BUG: KFENCE: ',
    begin: /^BUG: KFENCE: (?<what>[\w -]+?)(?: in (?<function>[A-Za-z_][\w.]*)(?:\+0x\S+)?.*)?$/,
    title: 'KFENCE: $what',
    end: ruler,
    complete: wholePlace(sanitizer),
  },
  kcsan: {
    kind: 'kcsan',
    needle: 'BUG: KCSAN: ',
    begin:
      /^BUG: KCSAN: (?<what>[\w -]+?(?:: [\w -]+?)?)(?: in (?<function>[A-Za-z_][\w.]*)(?:\+0x\S+)?(?: \/ (?<other>[\w.]+))?.*)?$/,
    title: 'KCSAN: $what',
    end: ruler,
    complete: / in [A-Za-z_]/,
  },
  kmsan: {
    kind: 'kmsan',
    needle: 'BUG: KMSAN: ',
    begin: /^BUG: KMSAN: (?<what>[\w -]+?)(?: in (?<function>[A-Za-z_][\w.]*)(?:\+0x\S+)?.*)?$/,
    title: 'KMSAN: $what',
    end: ruler,
    complete: wholePlace(sanitizer),
  },
  ubsan: {
    kind: 'ubsan',
    needle: 'UBSAN: ',
    begin: /^(?:Internal error: )?UBSAN: (?<what>[\w -]+?)(?: in \S+:\d+(?::\d+)?)?(?:: [0-9a-f]+ \[#\d+\].*)?$/,
    title: 'UBSAN: $what',
    end: /^---\[ end trace|^={30,}$/,
    complete: / in \S+:\d+(?::\d+)?$|\[#\d+\]/,
  },
  'bad-page-suppressed': {
    kind: 'bad-page',
    needle: 'messages suppressed',
    begin: /^BUG: Bad (?<what>page (?:state|map|cache)): \d+ messages suppressed/,
    title: 'bad $what, suppressed',
    end: 'line',
  },
  'bad-page-state': {
    kind: 'bad-page',
    needle: 'BUG: Bad page state',
    begin: /^BUG: Bad page state in process (?<comm>.+?)(?:(?<=\S) +pfn:.*)?$/,
    title: 'bad page state',
    complete: /pfn:[0-9a-f]+$/,
  },
  'bad-page-map': {
    kind: 'bad-page',
    needle: 'BUG: Bad page ',
    begin: /^BUG: Bad page (?<what>map|cache|table) in process (?<comm>.+?)(?:(?<=\S) +(?:pfn|pte):.*)?$/,
    title: 'bad page $what',
  },
  'bad-rss-counter': {
    kind: 'bad-page',
    needle: 'Bad rss-counter',
    begin: /^BUG: Bad rss-counter state mm:\S+ (?:type|idx):(?<what>\w+) val:/,
    title: 'bad rss counter $what',
    end: 'line',
  },
  'pgtables-bytes': {
    kind: 'bad-page',
    needle: 'BUG: non-zero ',
    begin: /^BUG: non-zero (?:pgtables_bytes|nr_ptes|nr_pmds) on freeing mm/,
    title: 'page tables left when an mm is freed',
    end: 'line',
  },
  'vm-bug-on-page': {
    kind: 'bug',
    needle: 'page dumped because: VM_',
    begin: /^page dumped because: (?<what>VM_(?:BUG|WARN)_ON\w*\(.*)/,
    end: endTrace,
    cutFollows: true,
  },
  slab: {
    kind: 'slab',
    needle: 'BUG ',
    begin: /^BUG (?<cache>\S+) \((?:Not tainted|Tainted: .*?)\): (?<what>[A-Za-z][\w()' -]*?)(?:[.,]? 0x.*|\. .*)?$/,
    title: 'slab: $what',
    // Since Linux 6.15 a warning prints the trace.
    cutFollows: true,
    inside: partOfSlub,
  },
  'list-corruption': {
    kind: 'list-corruption',
    needle: 'list_',
    begin: /^list_(?<what>add|del) (?:corruption|double add)\b/,
    title: 'list_$what corruption',
    end: endTrace,
    cutFollows: true,
  },
  refcount: {
    kind: 'refcount',
    needle: 'refcount_t: ',
    begin: /^refcount_t: (?<what>[^.]*)/,
    title: 'refcount: $what',
    end: endTrace,
  },
  'debug-objects': {
    kind: 'debug-objects',
    needle: 'ODEBUG: ',
    begin: /^ODEBUG: (?<what>.*?) \(active state \d+\).* object type: (?<type>\w+)/,
    title: 'ODEBUG: $what $type',
    end: endTrace,
  },
  oom: {
    kind: 'oom',
    needle: 'invoked oom-killer',
    begin: /^(?<comm>.+?) invoked oom-killer: /,
    title: 'out of memory',
    end: killed,
    inside: /^(?:oom-kill:|Out of memory|Memory cgroup out of memory)/,
    blame: 'none',
  },
  'oom-killed': {
    kind: 'oom',
    needle: 'ut of memory',
    begin:
      /^(?:Out of memory|Memory cgroup out of memory|Out of memory \(\w+\)): Killed process (?<pid>\d+) \((?<comm>.*?)\)|^Out of memory and no killable|^Out of memory: /,
    title: 'out of memory',
    end: 'line',
  },
  'allocation-failure': {
    kind: 'allocation-failure',
    needle: ['allocation failure: order:', 'allocation failure. order:'],
    begin: /^(?<comm>.+?): page allocation failure[:.] order:(?<what>\d+)/,
    title: 'page allocation failure, order $what',
  },
  'unreferenced-object': {
    kind: 'leak',
    needle: 'unreferenced object 0x',
    begin: /^unreferenced object 0x[0-9a-f]+ \(size \d+\):/,
    title: 'memory leak',
  },
  kmemleak: {
    kind: 'leak',
    needle: 'new suspected memory leaks',
    begin: /^kmemleak: \d+ new suspected memory leaks/,
    title: 'new suspected memory leaks',
    end: 'line',
  },
  // A detector that gives up finds nothing from then on: its silence must not look like a clean log.
  'kmemleak-off': {
    kind: 'leak',
    needle: 'leak detector disabled',
    begin: /^kmemleak: Kernel memory leak detector disabled/,
    title: 'kmemleak has given up',
    end: 'line',
  },
})
