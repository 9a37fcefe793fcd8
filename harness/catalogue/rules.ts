// The rules that a kernel is held to, each in one sentence, and which of them the scenarios of today cover.

/** Where a rule stands: a scenario checks it, or its note says why none does. */
export type RuleScope = 'in scope' | 'out of scope'

export interface Rule {
  readonly statement: string
  readonly scope: RuleScope
  /** Why a rule is out of scope. */
  readonly note?: string
}

/** Every rule of the in-place conversion with its own ioctls, by identifier. The `2.2-…` ones are the order of checks of the conversion ioctl. */
export const rules = {
  'S-A1': {
    statement:
      'Every page of a new file is shared, or private with INIT_PRIVATE; every page always has a state.',
    scope: 'in scope',
  },
  'S-A2': {
    statement:
      'Creation refuses unknown flags, INIT_PRIVATE without SUPPORT_SHARED, sizes that are zero, negative or not whole pages or huge pages, and huge pages that the pool does not have.',
    scope: 'in scope',
  },
  'S-A3': {
    statement:
      'The file can be mapped only with SUPPORT_SHARED (else ENODEV) and only MAP_SHARED (else EINVAL).',
    scope: 'in scope',
  },
  'S-A4': {
    statement:
      'The file cannot be read, written, resized or chmodded; its size is what was asked for, its block size that of its pages.',
    scope: 'in scope',
  },
  'S-A5': {
    statement:
      'Binding to a memslot needs an aligned range inside the file that nothing else is bound to, the same VM, and, if a host address is given, a mapping of that very file and offset.',
    scope: 'in scope',
  },
  'S-A6': {
    statement:
      'A slot whose file offset and guest address are misaligned to each other by huge pages still works, with 4K mappings.',
    scope: 'in scope',
  },
  '2.2-efault': {
    statement: 'An argument that cannot be read is EFAULT, before anything else.',
    scope: 'in scope',
  },
  '2.2-error-offset': {
    statement: 'An error_offset that is not zero on entry is EINVAL, also for an empty range.',
    scope: 'in scope',
  },
  '2.2-zero-size': {
    statement: 'An empty range is a success, even at a senseless offset.',
    scope: 'in scope',
  },
  '2.2-range': {
    statement: 'A range that overflows, begins or ends behind the end of the file is EINVAL.',
    scope: 'in scope',
  },
  '2.2-alignment': {
    statement: 'An offset or a size that is not a multiple of 4K is EINVAL; 4K is enough.',
    scope: 'in scope',
  },
  '2.2-reserved': { statement: 'The reserved fields are not looked at.', scope: 'in scope' },
  '2.2-enotty': { statement: 'An ioctl that the file does not know is ENOTTY.', scope: 'in scope' },
  'O-8': {
    statement:
      'A file without SUPPORT_SHARED has no conversion: ENOTTY, as for any ioctl that it does not know.',
    scope: 'in scope',
  },
  '1.1-capabilities': {
    statement: 'KVM_CHECK_EXTENSION reports exactly the parts of the interface that work.',
    scope: 'in scope',
  },
  'V-1': {
    statement:
      'With a file that cannot be mapped, attributes of the VM choose for each page between the memory of the host and that of the file.',
    scope: 'in scope',
  },
  'V-2': {
    statement:
      'KVM_SET_MEMORY_ATTRIBUTES refuses flags, unknown attributes, and ranges that are empty, misaligned or overflow, with EINVAL.',
    scope: 'in scope',
  },
  'S-A7': {
    statement:
      'Parts of a range that are in the wanted state already are skipped: neither unmapped nor checked for pins.',
    scope: 'in scope',
  },
  'S-A8': {
    statement: 'Pages that were never allocated can be converted; the state holds when they are allocated.',
    scope: 'in scope',
  },
  'S-A9': {
    statement:
      'To private: the range is unmapped from every process; the first page with an extra reference makes it EAGAIN with its offset, and nothing is converted.',
    scope: 'in scope',
  },
  'S-A10': {
    statement: 'To shared: references do not matter; exactly the range is taken out of the guest.',
    scope: 'in scope',
  },
  'S-A11': {
    statement: 'Conversion excludes faults of host and guest: nobody sees a half-converted range.',
    scope: 'in scope',
  },
  'S-A12': { statement: 'The argument is written back only when the conversion failed.', scope: 'in scope' },
  'S-A13': {
    statement: 'A conversion that fails in the middle is taken back as a whole.',
    scope: 'in scope',
  },
  'S-A14': {
    statement:
      'The state belongs to the file: all descriptors, processes and mappings see it, and no memslot is needed.',
    scope: 'in scope',
  },
  'S-A15': {
    statement: 'Memory attributes of the VM have no influence on slots of a file with SUPPORT_SHARED.',
    scope: 'in scope',
  },
  'S-A16': {
    statement: 'A host access to a private page is SIGBUS; to a shared page it maps one 4K page.',
    scope: 'in scope',
  },
  'S-A17': {
    statement: 'The host never maps huge pages; the guest maps one only if all of it is private.',
    scope: 'in scope',
  },
  'S-A18': {
    statement:
      'The guest reaches the file in both states; what it cannot have ends in KVM_EXIT_MEMORY_FAULT with EFAULT.',
    scope: 'in scope',
  },
  'S-A19': {
    statement: 'Contents survive conversion in both directions, also a refused one that is tried again.',
    scope: 'in scope',
  },
  'S-A20': {
    statement: 'A page is zeroed once, at its first use; untouched pages read as zero on both sides.',
    scope: 'in scope',
  },
  'S-A21': {
    statement: 'A forked child sees the same pages, and conversion unmaps them there too.',
    scope: 'in scope',
  },
  'S-A22': {
    statement: 'A new huge page with a shared page in it is split at once; a private one stays huge.',
    scope: 'in scope',
  },
  'S-A23': {
    statement: 'Converting any part of a huge page to shared splits all of it, within the ioctl.',
    scope: 'in scope',
  },
  'S-A24': {
    statement: 'A huge page is merged when its last shared page becomes private, not earlier.',
    scope: 'in scope',
  },
  'S-A25': {
    statement: 'Merging is immediate in ioctl and hole punching, deferred only when the file goes away.',
    scope: 'in scope',
  },
  'S-A26': {
    statement: 'A split that fails fails the conversion, and the state before is restored.',
    scope: 'in scope',
  },
  'S-A27': {
    statement: 'Optimised vmemmap is restored by a split and optimised again by a merge.',
    scope: 'in scope',
  },
  'S-A28': {
    statement:
      'fallocate needs KEEP_SIZE and knows no other mode than a hole (else EOPNOTSUPP), and whole pages (else EINVAL).',
    scope: 'in scope',
  },
  'S-A29': {
    statement: 'Allocation behind the end is EINVAL; ranges are rounded to huge pages.',
    scope: 'in scope',
  },
  'S-A30': {
    statement: 'A hole frees whole huge pages and zeroes parts of one.',
    scope: 'in scope',
  },
  'S-A31': {
    statement: 'A hole in a partly shared huge page merges it first, or is EAGAIN when it is pinned.',
    scope: 'in scope',
  },
  'S-A32': { statement: 'At 4K, a hole over a pinned page succeeds.', scope: 'in scope' },
  'S-A33': { statement: 'The state survives a hole and allocation afterwards.', scope: 'in scope' },
  'S-A34': { statement: 'st_blocks counts allocated huge pages.', scope: 'in scope' },
  'S-A35': {
    statement: 'Closing the file takes it from the guest; a mapping keeps the memory alive.',
    scope: 'in scope',
  },
  'S-A36': {
    statement: 'HugeTLB pools account creation, allocation, holes and closing exactly.',
    scope: 'in scope',
  },
  'S-A37': {
    statement: 'The hugetlb cgroup is charged for reservation and usage, and relieved of both.',
    scope: 'in scope',
  },
  'S-A38': {
    statement: 'Memory cgroups are charged at allocation, also for split pages.',
    scope: 'out of scope',
    note: 'the series that states it calls it untested; gmem-convert charges the hugetlb cgroup alone, as hugetlbfs does by default',
  },
  'S-A39': {
    statement: 'Split pages are counted as HugeTLB and as page cache.',
    scope: 'out of scope',
    note: 'the series that states it calls it an open question; gmem-convert keeps huge pages out of the page cache',
  },
  'S-A40': {
    statement: 'Only the NUMA policy of the task counts.',
    scope: 'out of scope',
    note: 'the virtual machine has one node',
  },
  'S-A41': {
    statement: 'Memory errors are seen at the fault.',
    scope: 'out of scope',
    note: 'the series that states it does not handle memory errors yet',
  },
  'S-B12': {
    statement:
      'Neighbouring ranges of equal state are one entry of the tree: as many entries as there are runs of equal pages.',
    scope: 'in scope',
  },
} as const satisfies Record<string, Rule>

/** The identifier of a rule. */
export type RuleId = keyof typeof rules

/** Whether a text is the identifier of a rule. */
export function isRuleId(text: string): text is RuleId {
  return Object.hasOwn(rules, text)
}

/** All rules in the order of the specification. */
export function allRules(): readonly (readonly [RuleId, Rule])[] {
  return Object.keys(rules)
    .filter(isRuleId)
    .map((id) => [id, rules[id]] as const)
}
