// Bugs that a conversion series had, or may have, each in one clause; and those that no scenario can provoke, with the reason.

/**
 * By identifier: A-… were reported against the series with its own ioctls or its first version, B-… against the one that
 * converts by attributes of the file, O-… were found by reading and reported by nobody.
 */
export const bugs = {
  'A-1': 'taking back a split of huge pages at the beginning of the file never ends',
  'A-2': 'a merge that fails cannot split again, and loses the pages of the file',
  'A-3': 'storing the state again fails while a conversion is taken back: state and folios disagree',
  'A-4': 'putting folios back into the file fails while a conversion is taken back, and is only warned of',
  'A-5': 'a merge brings back a stale flag of the vmemmap optimisation, and the next split crashes',
  'A-6': 'first touches of one huge page at the same time need two of the pool, and fail',
  'A-7': 'a hole in a part of a huge page zeroes it from its beginning',
  'A-8': 'a hole in a part of a huge page zeroes pages that are pinned',
  'A-9': 'MADV_REMOVE on a mapping of the host takes private pages as well',
  'A-10': 'an allocation is rounded down to huge pages: its end stays unallocated, with success',
  'A-11': 'huge pages come back to the pool so late that the next allocation fails',
  'A-12': 'a merge waits for ever for a folio that somebody else holds',
  'A-13': 'pages are taken from guest and host before it is known that the conversion is refused',
  'A-14': 'a page fault beside a conversion sees a page without a state, or a tree that was freed',
  'A-15': 'punching a hole sleeps under a spinlock (a kernel with the fragment debug says so)',
  'A-16': 'KVM as a module does not link: a symbol is not exported',
  'A-17': 'a 1G page is split into 262144 folios at once, and takes too long',
  'A-18': 'the guest keeps its huge mapping when one page of it becomes shared',
  'A-19': 'a slot that is misaligned to its file gets huge mappings of the wrong memory',
  'A-20': 'single patches of the series do not compile',
  'A-21': 'a page that a device holds can never become private',
  'A-22': 'the hook of the architecture is not called when pages become shared',
  'A-23': 'references that wait in per-CPU batches refuse a conversion that nothing stands against',
  'A-24': 'memory errors in pages of the file are not handled',
  'A-25': 'flags of split pages survive the merge: bad page state when the pool shrinks',
  'A-26': 'the cgroup is relieved, and the file torn down, before its last pages are freed',
  'A-27': 'a huge page that was split often is not merged any more',
  'A-28': 'what is remembered of a split huge page leaks, or is taken off its list in the wrong order',
  'A-29': 'faults, holes, conversions and closing hang on the lock of the file',
  'A-30': 'a page becomes private between the check of a host fault and its mapping',
  'A-31': 'a hole that is smaller than a huge page frees nothing and says nothing',
  'A-32': 'holes change the reservation twice',
  'A-33': 'freed huge pages keep their reservation',
  'A-34': 'the hugetlb cgroup is not charged for reservations',
  'A-35': 'a fault beside a hole leaves a page mapped that is not in the file any more',
  'A-36': 'an index is taken for an offset: the wrong range is unmapped',
  'A-37': 'unloading KVM leaves its file system mounted, or a failed creation keeps the module busy',
  'A-38': 'zeroing a huge page begins at the wrong end',
  'A-39': 'the NUMA policy of the task is not followed',
  'A-40': 'a page that becomes shared shows what an earlier owner left in it',
  'B-1': 'the alignment of the size is not checked: a size of 4097 is accepted',
  'B-2': 'a range that begins exactly at the end of the file is accepted',
  'B-3': 'the left neighbour of page 0 is looked for at the other end of the file',
  'B-4': 'the description promises another try that the code does not make',
  'B-5': 'a charge of the memory cgroup is lost when several threads fault one page',
  'B-6': 'a configuration without attributes does not compile, and a selftest uses wrong types',
  'B-7': 'a private slot whose memory is no guest_memfd faults for ever',
  'B-8': 'a file that dies half-made is torn down without its lock',
  'B-9': 'a capability is reported although what it stands for is off',
  'B-10': 'a selftest asks for the file behind an address and gets another one',
  'B-11': 'a page that is mapped ahead of its first use is not zeroed',
  'B-12': 'converting a mixed range takes away pages that are private already, and their data',
  'B-13': 'a page of which nothing is recorded counts as shared in a file that began private',
  'B-14': 'one hook of the architecture serves freeing and converting',
  'B-15': 'populating a file that cannot be mapped without a source is not refused',
  'B-16': 'a test of held pages relies on vmsplice to hold them',
  'B-17': 'selftests use busy loops and signal handlers that threads share, and do not clean up',
  'B-18': 'a selftest resets its memory before it punches the hole',
  'B-19': 'shared pages are prepared for the guest as if they were private',
  'B-20': 'closing a file asks for the states of a range without an end',
  'B-21': 'a selftest passes although shared and private pages are different memory',
  'B-22': 'the check for references counts its own',
  'O-1': 'a lack of memory while the work is listed is lost: success, with only a part converted',
  'O-2': 'converting huge pages that are not allocated returns what was on the stack',
  'O-3': 'error_offset has what was on the stack when the failure is not about a page',
  'O-4': 'a conversion that is taken back merges huge pages that were split before it',
  'O-5': 'a split right after the allocation fails, and an unlocked folio is removed',
  'O-6': 'a second fault finds a new huge page before it is split: spinning, warnings, SIGBUS',
  'O-7': 'a merge takes the first page for all: stale memory is shown, or data is zeroed',
  'O-8': 'a file without SUPPORT_SHARED can be converted',
  'O-9': 'what is remembered of a split comes from the small memory for old devices, and runs out',
  'O-10': 'what is remembered of a split is lost when its tree cannot grow',
  'O-11': 'tearing down a file gives huge pages back in a context that must not sleep',
  'O-12': 'each creation that fails for lack of huge pages leaks a node of the tree',
  'O-13': 'a merge that fails in a hole leaks all but one of its pages until the file is closed',
  'O-14': 'st_blocks grows with each allocation and does not shrink with holes',
  'O-15': 'a held page outside of the range makes the conversion spin instead of refusing it',
  'O-16': 'shared pages stay in the guest when a file is closed that no host address is bound to',
  'O-17': 'a private huge page in a misaligned slot is a warning that user space can provoke',
  'O-18': 'of the host address of a slot only the first byte is checked',
  'O-19': 'reserved fields are ignored, and so is the offset of an empty range',
  'O-20': 'a child that is forked during a conversion keeps its pages',
  'O-21': 'splitting or merging a 1G page neither reschedules nor can be killed',
  'O-22': 'a configuration without shared memory does not compile',
  'O-23': 'flags of split pages are not cleared when they are merged',
} as const satisfies Record<string, string>

/** The identifier of a bug. */
export type BugId = keyof typeof bugs

const confidential = 'only hardware for confidential guests (SEV-SNP, TDX) has it'
const building = 'seen when the kernel is built, not when it runs'
const ofSelftests = 'a mistake in a selftest, not in the kernel'

/** Why a bug has no scenario, and will have none. */
export const uncoveredBugs: Readonly<Partial<Record<BugId, string>>> = {
  'A-13': 'a refused conversion may take mappings away; that state and contents stay is S-A9',
  'A-16': building,
  'A-17': 'a cost, which make bench measures',
  'A-20': building,
  'A-22': confidential,
  'A-28':
    'of the inner bookkeeping of one implementation; whatever it leaks fails each scenario that leaks it',
  'A-38': 'no program sees the order in which a page is zeroed',
  'A-39': 'the virtual machine has one node',
  'B-4': 'a mistake in a text; that pages which nobody holds are not refused is A-23',
  'B-5': 'no scenario counts memory cgroups yet; huge pages are not charged to them',
  'B-6': building,
  'B-7': 'needs a slot of dma-buf memory for private MMIO, which this machine does not have',
  'B-10': ofSelftests,
  'B-14': confidential,
  'B-15': confidential,
  'B-16': ofSelftests,
  'B-17': ofSelftests,
  'B-18': ofSelftests,
  'B-19': confidential,
  'O-9': 'of the inner bookkeeping of one implementation; no other one allocates for old devices',
  'O-19': 'it is what the rules want: 2.2-reserved and 2.2-zero-size',
  'O-21': 'a 1G page is split in a fraction of the time after which the kernel complains of a loop',
  'O-22': building,
}

/** Whether a text is the identifier of a bug. */
export function isBugId(text: string): text is BugId {
  return Object.hasOwn(bugs, text)
}

/** All bugs, in the order of the catalogue. */
export function allBugs(): readonly (readonly [BugId, string])[] {
  return Object.keys(bugs)
    .filter(isBugId)
    .map((id) => [id, bugs[id]] as const)
}
