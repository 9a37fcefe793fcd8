// The rules that a kernel has to follow, each in one sentence. Rules with K- are promises of the kernel that no series writes down.

/** Every rule of in-place conversion, by identifier. The `2.2-…` rules are the checks of the conversion ioctl in their order. */
const rules = {
  'S-A1': 'Every page always has a state: in a new file it is shared, with INIT_PRIVATE it is private.',
  'S-A2':
    'Creation refuses unknown flags, INIT_PRIVATE without SUPPORT_SHARED, sizes that are zero, negative or not a multiple of the page size, and more huge pages than the pool has.',
  'S-A3':
    'The file can be mapped only with SUPPORT_SHARED (otherwise ENODEV) and only with MAP_SHARED (otherwise EINVAL).',
  'S-A4':
    'Read, write, truncate and chmod fail; st_size is the size given at creation, and st_blksize is the page size of the file.',
  'S-A5':
    'A memslot accepts an aligned range inside a file of the same VM that no other slot binds, with no host address or with one that maps the same range of the same file.',
  'S-A6':
    'A slot whose guest address and file offset are misaligned to each other works, with mappings no larger than the alignment allows.',
  '2.2-efault': 'An argument that cannot be read fails with EFAULT, before any other check.',
  '2.2-error-offset': 'A nonzero error_offset on entry fails with EINVAL, also for an empty range.',
  '2.2-zero-size': 'An empty range succeeds at any offset.',
  '2.2-range': 'A range that overflows, or that starts or ends behind the end of the file, fails with EINVAL.',
  '2.2-alignment': 'An offset or a size that is not a multiple of 4K fails with EINVAL, in a file of huge pages too.',
  '2.2-reserved': 'The kernel ignores the reserved fields.',
  '2.2-attributes': 'Flags, attributes other than PRIVATE, and a VM without private memory fail with EINVAL.',
  '2.2-enotty': 'An ioctl that the file does not support fails with ENOTTY.',
  'O-8': 'A file without SUPPORT_SHARED has no conversion: the ioctls fail with ENOTTY.',
  '1.1-capabilities': 'KVM_CHECK_EXTENSION reports exactly the parts of the interface that work.',
  'V-1':
    'With a file that cannot be mapped, attributes of the VM select for each page between host memory and the memory of the file.',
  'V-2':
    'KVM_SET_MEMORY_ATTRIBUTES refuses flags, unknown attributes, and ranges that are empty, misaligned or overflow, with EINVAL.',
  'S-A7': 'Pages that already have the wanted state are skipped: neither unmapped nor checked for pins.',
  'S-A8': 'Unallocated pages can be converted, and have the new state when they are allocated.',
  'S-A9':
    'Conversion to private unmaps the range from every process; if a page has an extra reference, the whole range is refused with EAGAIN, and error_offset names the first such page.',
  'S-A10': 'Conversion to shared ignores references, and unmaps exactly the range from the guest.',
  'S-A11': 'Conversion excludes faults of host and guest: no access finds a half-converted range.',
  'S-A12': 'The argument is written back only when the conversion failed.',
  'S-A13': 'A conversion that fails half-way is undone as a whole.',
  'S-A14': 'The state belongs to the file: all descriptors, processes and mappings see it, and it needs no memslot.',
  'S-A15': 'Memory attributes of the VM have no influence on slots of a file with SUPPORT_SHARED.',
  'S-A16': 'A host access to a private page ends in SIGBUS; an access to a shared page maps one 4K page.',
  'S-A17': 'The host never maps huge pages; the guest maps a huge page only if all of it is private.',
  'S-A18':
    'The guest can access pages of both states; an access to unavailable memory ends in KVM_EXIT_MEMORY_FAULT with EFAULT.',
  'S-A19': 'Contents survive a conversion in both directions, and a refused conversion that is tried again.',
  'S-A20': 'A page is zeroed once, at its first use; untouched pages read as zero on both sides.',
  'S-A21': 'A forked child sees the same pages, and conversion unmaps them there too.',
  'S-A22': 'A new huge page is split at once if any page of it is shared, and stays whole otherwise.',
  'S-A23': 'Converting any part of a huge page to shared splits all of it, within the ioctl.',
  'S-A24': 'A huge page is merged when its last shared page becomes private, not earlier.',
  'S-A25': 'Conversion and hole punching merge before they return; only the end of the file may defer a merge.',
  'S-A26': 'A failed split fails the conversion, which restores the previous state.',
  'S-A27': 'A split restores optimised struct pages, and a merge optimises them again.',
  'S-A28':
    'fallocate needs KEEP_SIZE, supports only allocation and holes (otherwise EOPNOTSUPP), and needs whole pages (otherwise EINVAL).',
  'S-A29': 'Allocation behind the end fails with EINVAL; ranges are rounded out to huge pages.',
  'S-A30': 'A hole frees whole huge pages and zeroes the parts of huge pages at its ends.',
  'S-A31': 'A hole in a partly shared huge page merges it first, or fails with EAGAIN if a page of it is pinned.',
  'S-A32': 'At 4K, a hole over a pinned page succeeds.',
  'S-A33': 'The state survives a hole and the allocation after it.',
  'S-A34': 'st_blocks counts allocated huge pages.',
  'S-A35': 'Closing the file unmaps it from the guest; a mapping keeps the memory.',
  'S-A36': 'HugeTLB pools account for creation, allocation, holes and closing exactly.',
  'S-A37': 'The hugetlb cgroup is charged for reservation and usage, and both charges are returned.',
  'S-A38': 'Memory cgroups are charged at allocation, also for split pages.',
  'S-A39': 'Split pages count as HugeTLB and as page cache.',
  'S-A40': 'Only the NUMA policy of the task decides where pages are allocated.',
  'S-A41': 'A memory error is reported at the next fault on the page.',
  'S-B1':
    'A new file of a VM with private memory is private, and with INIT_SHARED shared; MMAP and INIT_SHARED are valid together and alone.',
  'S-B2':
    'A conversion of a range that wholly has the state succeeds without a side effect: mappings stay, and references do not matter.',
  'S-B3': 'A conversion that gets no memory fails with ENOMEM, names the start of its range, and changes nothing.',
  'S-B4':
    'Conversion to private unmaps the range from every process; a page in use refuses all of it with EAGAIN, and error_offset names the first one. No page is refused for a batch of the kernel.',
  'S-B5': 'The argument is written back only on ENOMEM and EAGAIN, and in error_offset alone.',
  'S-B6': 'Conversion to shared ignores references.',
  'S-B7': 'Contents survive a conversion in both directions (software-protected VMs).',
  'S-B8': 'Converting a mixed range leaves the data of the pages that have the state already.',
  'S-B9': 'While files have attributes, the VM offers neither KVM_SET_MEMORY_ATTRIBUTES nor its capability.',
  'S-B10': 'Memory is populated only where it is private, from a source that may be the file itself.',
  'S-B11':
    'mmap needs the flag MMAP (otherwise ENODEV) and MAP_SHARED; an access of the host to a private page, or behind the end, is SIGBUS.',
  'S-B12':
    'Neighbouring ranges of equal state share one entry of the tree: it has as many entries as there are runs of equal pages.',
  'S-B13': 'A page is zeroed at most once after its allocation, also when the guest maps it before its first access.',
  'K-slots':
    'A memslot of a guest_memfd is deleted and never changed, has no dirty log and is not read-only; one that is refused or fails binds nothing, and one that is deleted frees exactly its pages.',
  'K-signals':
    'A signal that is not fatal ends no conversion, hole or binding; it may end an allocation (EINTR), a pre-fault (EINTR, or success with a rest) and KVM_RUN, which tell exactly how far they came.',
  'K-killed':
    'A process that dies in an operation leaves a file whose conversion is done or not begun, which others use as before, and nothing else.',
  'K-ranges':
    'An operation on a range reaches each page of the range and no other, wherever the range begins and ends: within huge pages, slots and file.',
  'K-leaks': 'A system call leaves no object, page, descriptor or reference behind, however it ends.',
  'K-failures':
    'Memory that fails is taken from every mapping of host and guest, is signalled with its address, and does not stand in the way of conversions and holes.',
  'K-failed-frames': 'A frame that has failed is never used again, and the rest of its huge page is.',
  'K-groups':
    'A control group can be limited, changed and removed in every state of its huge pages: no charge is lost, left over or counted twice, also not in a node.',
  'K-policy': 'A policy for the nodes of memory that mbind sets on a mapping belongs to these pages of the file.',
  'K-mremap': 'A mapping of the file can be moved and shrunk, but neither grown nor duplicated.',
  'K-exec': 'A mapping of the file can neither be made nor become executable.',
  'K-names': 'Procfs shows a mapping of the file with its offset, the inode of the file and the name [kvm-gmem].',
} as const satisfies Record<string, string>

/** The identifier of a rule. */
export type RuleId = keyof typeof rules

/** The rules that no scenario checks, each with its reason. */
export const rulesOutOfScope: Readonly<Partial<Record<RuleId, string>>> = {
  'S-A38': 'the RFC calls it untested; gmem-convert charges only the hugetlb cgroup, as hugetlbfs does by default',
  'S-A39': 'the RFC calls it an open question; gmem-convert keeps huge pages out of the page cache',
  'S-A40': 'the instance has one NUMA node',
  'S-B10': 'only the launch of a confidential guest (SEV-SNP, TDX) populates memory',
}

/** Tells whether a text is the identifier of a rule. */
export function isRuleId(text: string): text is RuleId {
  return Object.hasOwn(rules, text)
}

/** Lists all rules in the order of the specification. */
export function allRules(): readonly (readonly [RuleId, string])[] {
  return Object.keys(rules)
    .filter(isRuleId)
    .map((id) => [id, rules[id]] as const)
}
