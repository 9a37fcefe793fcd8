// Bugs of conversion series, each in one clause, and the reasons why some of them have no scenario.
import type { RuleDialect } from '../uapi/dialect.ts'

/**
 * By identifier: A-… were reported against the series with ioctls of its own or its first version, B-… against the series
 * that converts by attributes of the file, O-… were found in a review of the code and not reported.
 */
export const bugs = {
  'A-1': 'undoing a split of huge pages at the start of the file never ends',
  'A-2': 'after a failed merge, the huge page cannot be split again, and the file loses its pages',
  'A-3': 'undoing a conversion fails to store the old state: state and folios disagree',
  'A-4': 'undoing a conversion fails to put folios back into the file, and only warns',
  'A-5': 'a merge restores a stale flag of the vmemmap optimisation, and the next split crashes',
  'A-6': 'concurrent first touches of one huge page need two pages of the pool, and fail',
  'A-7': 'a hole in a part of a huge page zeroes it from its start',
  'A-8': 'a hole in a part of a huge page zeroes pinned pages',
  'A-9': 'MADV_REMOVE on a mapping of the host also frees private pages',
  'A-10': 'an allocation is rounded down to huge pages: it succeeds without allocating its end',
  'A-11': 'huge pages return to the pool so late that the next allocation fails',
  'A-12': 'a merge waits forever for a folio with an extra reference',
  'A-13': 'pages are unmapped from guest and host before the kernel decides that it refuses the conversion',
  'A-14': 'a page fault during a conversion finds a page without a state, or a freed tree',
  'A-15': 'punching a hole sleeps under a spinlock (a kernel with the fragment debug reports it)',
  'A-16': 'KVM as a module does not link: a symbol is not exported',
  'A-17': 'a 1G page is split into 262144 folios at once, which takes too long',
  'A-18': 'the guest keeps its huge mapping when one page of it becomes shared',
  'A-19': 'a slot that is misaligned to its file gets huge mappings of the wrong memory',
  'A-20': 'single patches of the series do not compile',
  'A-21': 'a page that a device pins can never become private',
  'A-22': 'the hook of the architecture is not called when pages become shared',
  'A-23': 'references in per-CPU batches make the kernel refuse to convert pages that have no lasting reference',
  'A-24': 'memory errors in pages of the file are not handled',
  'A-25': 'flags of split pages survive the merge: bad page state when the pool shrinks',
  'A-26': 'the cgroup is uncharged, and the file torn down, before its last pages are freed',
  'A-27': 'a huge page that was split often is never merged again',
  'A-28': 'records of a split huge page leak, or leave their list in the wrong order',
  'A-29': 'faults, holes, conversions and closing deadlock on the lock of the file',
  'A-30': 'a page becomes private between the check of a host fault and its mapping',
  'A-31': 'a hole that is smaller than a huge page frees nothing and reports success',
  'A-32': 'a hole changes the reservation twice',
  'A-33': 'freed huge pages keep their reservation',
  'A-34': 'the hugetlb cgroup is not charged for reservations',
  'A-35': 'a fault beside a hole maps a page that the file has already lost',
  'A-36': 'the kernel uses an index as an offset: it unmaps the wrong range',
  'A-37': 'unloading KVM leaves its file system mounted, or a failed creation keeps the module busy',
  'A-38': 'zeroing a huge page begins at the wrong end',
  'A-39': 'the NUMA policy of the task is ignored',
  'A-40': 'a page that becomes shared shows data of an earlier owner',
  'B-1': 'the alignment of the size is not checked: a size of 4097 is accepted',
  'B-2': 'a range that starts exactly at the end of the file is accepted',
  'B-3': 'the search for the left neighbour of page 0 wraps around to the end of the file',
  'B-4': 'the description promises another try that the code does not make',
  'B-5': 'a charge of the memory cgroup is lost when several threads fault on one page',
  'B-6': 'a configuration without attributes does not compile, and a selftest uses wrong types',
  'B-7': 'a private slot without a guest_memfd faults forever',
  'B-8': 'the cleanup of a failed creation tears down the file without its lock',
  'B-9': 'a capability is reported although its feature is disabled',
  'B-10': 'a selftest asks for the file behind an address and gets another one',
  'B-11': 'a page that is mapped before its first use is not zeroed',
  'B-12': 'converting a mixed range unmaps pages that are already private, and destroys their data',
  'B-13': 'a page without a recorded state counts as shared in a file that began private',
  'B-14': 'one hook of the architecture serves both freeing and converting',
  'B-15': 'populating an unmappable file without a source is not refused',
  'B-16': 'a test of pinned pages relies on vmsplice to pin them',
  'B-17': 'selftests use busy loops and signal handlers that threads share, and do not clean up',
  'B-18': 'a selftest resets its memory before it punches the hole',
  'B-19': 'shared pages are prepared for the guest as if they were private',
  'B-20': 'closing a file asks for the states of a range without an end',
  'B-21': 'a selftest passes although shared and private pages are different memory',
  'B-22': 'the check for references counts the references that it takes itself',
  'O-1': 'a lack of memory while listing the work is lost: success, with only a part converted',
  'O-2': 'converting unallocated huge pages returns an uninitialised value from the stack',
  'O-3': 'error_offset is an uninitialised value from the stack when the failure concerns no page',
  'O-4': 'undoing a conversion merges huge pages that were split before it',
  'O-5': 'a split right after the allocation fails, and an unlocked folio is removed',
  'O-6': 'a second fault finds a new huge page before it is split: spinning, warnings, SIGBUS',
  'O-7': 'a merge decides by the first page for all: it shows stale memory, or zeroes data',
  'O-8': 'a file without SUPPORT_SHARED can be converted',
  'O-9': 'records of a split use the small memory zone for old devices, and exhaust it',
  'O-10': 'the record of a split is lost when its tree cannot grow',
  'O-11': 'tearing down a file frees huge pages in a context that must not sleep',
  'O-12': 'each creation that fails for lack of huge pages leaks a node of the tree',
  'O-13': 'a failed merge in a hole leaks all but one of its pages until the file is closed',
  'O-14': 'st_blocks grows with each allocation and does not shrink with holes',
  'O-15': 'a pinned page outside the range makes the conversion spin instead of being ignored',
  'O-16': 'shared pages stay in the guest when a file without a host address in its slot is closed',
  'O-17': 'user space can provoke a warning with a private huge page in a misaligned slot',
  'O-18': 'only the first byte of the host address range of a slot is checked',
  'O-19': 'reserved fields are ignored, and so is the offset of an empty range',
  'O-20': 'a child that is forked during a conversion keeps its pages',
  'O-21': 'splitting or merging a 1G page neither reschedules nor can be killed',
  'O-22': 'a configuration without shared memory does not compile',
  'O-23': 'flags of split pages are not cleared when they are merged',
} as const satisfies Record<string, string>

/** The identifier of a bug. */
export type BugId = keyof typeof bugs

const confidential = 'this happens only on hardware for confidential guests (SEV-SNP, TDX)'
const building = 'visible when the kernel is built, not when it runs'
const ofSelftests = 'a mistake in a selftest, not in the kernel'

/** The bugs that no scenario detects, each with its reason. */
export const uncoveredBugs: Readonly<Partial<Record<BugId, string>>> = {
  'A-9': 'no bug here, since the rules demand it: S-A30 and S-A33, of a hole by MADV_REMOVE as of any other',
  'A-13': 'a refused conversion may unmap pages; S-A9 checks that state and contents stay',
  'A-16': building,
  'A-17': 'this is a cost, which make bench measures',
  'A-20': building,
  'A-22': confidential,
  'A-28': 'internal bookkeeping of one implementation; the leak counters fail any scenario that leaks',
  'A-38': 'no program can observe the order in which a page is zeroed',
  'A-39': 'the instance has one NUMA node',
  'B-4': 'a mistake in a text; A-23 covers refusals of pages that have no lasting reference',
  'B-5': 'no scenario counts memory cgroups yet; huge pages are not charged to them',
  'B-6': building,
  'B-7': 'needs a slot of dma-buf memory for private MMIO, which the instance does not have',
  'B-10': ofSelftests,
  'B-14': confidential,
  'B-15': confidential,
  'B-16': ofSelftests,
  'B-17': ofSelftests,
  'B-18': ofSelftests,
  'B-19': confidential,
  'B-20': 'it matters only to a kernel that looks at the states of the pages when a file is closed',
  'O-9': 'internal bookkeeping of one implementation; no other one uses that memory zone',
  'O-19': 'no bug here, since the rules demand it: 2.2-reserved and 2.2-zero-size',
  'O-21': 'the split of a 1G page takes a fraction of the time after which the kernel reports a lockup',
  'O-22': building,
}

const debugging = 'only a kernel with the fragment debug reports it, and mutants are tried without that fragment'

/** The bugs that scenarios claim to detect, and that no mutant can show, each with the reason. */
export const bugsWithoutMutant: Readonly<Partial<Record<BugId, string>>> = {
  'A-15': debugging,
  'A-25': debugging,
  'A-29':
    'a deadlock needs two CPUs between the same two locks; lockdep, in a kernel with the fragment debug, reports the order',
  'A-35': 'nothing can free a page that a fault maps: truncation unmaps it, and a huge page is frozen first',
  'B-8': debugging,
  'O-11': debugging,
  'O-15': 'private pages are referenced for a moment only: such a wait ends by itself, with a limit or without one',
  'O-23': debugging,
}

/** Tells whether a text is the identifier of a bug. */
export function isBugId(text: string): text is BugId {
  return Object.hasOwn(bugs, text)
}

/** Returns the dialect of the series that had the bug. */
export function dialectOfBug(id: BugId): RuleDialect {
  return id.startsWith('B-') ? 'gmem-attributes' : 'convert-ioctl'
}

/** Lists all bugs in the order of the catalogue. */
export function allBugs(): readonly (readonly [BugId, string])[] {
  return Object.keys(bugs)
    .filter(isBugId)
    .map((id) => [id, bugs[id]] as const)
}
