// The words in requests and answers; their positions in each list are part of the wire format.

/** Each list has the name of its enumeration in C: `order` becomes ORDER_FORWARD and so on. */
export const words = {
  /** The order in which a bulk conversion goes over its ranges. */
  order: ['forward', 'reverse', 'random'],
  /** `byte`: every byte is `value`. `page`: every page differs, made from `value` and the page's index in the access. */
  pattern: ['byte', 'page'],
  /** The ends of an access by the host. */
  host: ['done', 'sigbus', 'sigsegv'],
  /** The ends of an access by the guest. */
  guest: ['done', 'memory-fault', 'run-error', 'unexpected-exit', 'timeout'],
  /** What a page looks like in a scan: it is filled with one byte (`tag`), with more than one, or an access fails. */
  look: ['tag', 'mixed', 'sigbus', 'sigsegv', 'fault'],
  /** The work of a thread of a race, see actors.ts. */
  actor: [
    'convert',
    'host-read',
    'host-count',
    'guest-read',
    'guest-count',
    'pin',
    'reallocate',
    'read-file',
    'write-file',
    'signal',
    'punch',
    'allocate',
    'bind',
    'map',
    'fork',
  ],
  /** Calls on the file of a guest_memfd: most of them have to fail. */
  call: [
    'read',
    'write',
    'pread',
    'pwrite',
    'ftruncate',
    'fchmod',
    'fsync',
    'splice',
    'sendfile',
    'copy-file-range',
    'readahead',
    'drop-cache',
    'reopen',
  ],
  /** Calls on a directory, such as a control group. */
  directory: ['create', 'remove'],
  /** Small operations, many of which are one request. */
  step: ['to-shared', 'to-private', 'host-fill', 'guest-fill', 'host-look', 'guest-look', 'punch', 'allocate'],
  /** Ways to hold extra references to pages. */
  pin: ['vmsplice', 'gup-test', 'socket'],
  /** Ways to lock memory: mlock, mlock2 with MLOCK_ONFAULT, munlock. */
  lock: ['lock', 'lock-on-fault', 'unlock'],
  /**
   * Ways in which the kernel copies between the memory of a process and elsewhere: process_vm_readv and process_vm_writev,
   * /proc/PID/mem, a file, a pipe, and a pipe by vmsplice.
   */
  way: ['process-vm', 'proc-mem', 'file', 'pipe', 'splice'],
  /** Kinds of allocations of the kernel: objects of any slab, whole pages of any order, and nodes of trees alone. */
  allocation: ['objects', 'pages', 'nodes'],
  /**
   * Signals during an operation: `handled` ends system calls that can be ended, `restarting` has SA_RESTART, `blocked` stays
   * pending until the operation has ended, `killed` is SIGKILL.
   */
  signal: ['handled', 'restarting', 'blocked', 'killed'],
  /** Kinds of the third argument of an ioctl. */
  argument: ['buffer', 'value', 'read-only-buffer'],
} as const
