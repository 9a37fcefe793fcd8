// The walls: every room of harness/, and the rooms that its files may import.

/** For each room (a folder of harness/ with all below it, or a file beside them), the rooms that it may import. */
export type Rooms = Readonly<Record<string, readonly string[]>>

/** The rooms from the ground up (docs/architecture.md). List an import only when a file needs it. */
export const rooms: Rooms = {
  base: [],
  process: ['base'],
  cache: ['base', 'process'],

  uapi: ['base'],
  ktap: ['base'],
  model: ['base'],
  catalogue: ['uapi'],

  ssh: ['base'],
  vm: ['base', 'process'],
  image: ['base', 'cache', 'process'],
  kernel: ['base', 'cache', 'process', 'uapi'],
  agent: ['base', 'uapi'],

  console: ['base', 'kernel', 'process'],
  oracle: ['agent', 'base'],
  vocabulary: ['agent', 'base', 'model', 'oracle', 'uapi'],
  instance: [
    'agent',
    'base',
    'cache',
    'catalogue',
    'console',
    'image',
    'kernel',
    'oracle',
    'process',
    'ssh',
    'uapi',
    'vm',
  ],

  report: ['base', 'catalogue', 'kernel', 'uapi'],
  history: ['base', 'report'],
  judge: ['agent', 'base', 'catalogue', 'console', 'instance', 'report', 'vm'],
  run: ['agent', 'base', 'cache', 'console', 'instance', 'judge', 'kernel', 'oracle', 'report', 'uapi', 'vm'],

  'suites/scenarios': ['base', 'catalogue', 'kernel', 'run', 'uapi', 'vm', 'vocabulary'],
  'suites/kselftest': ['base', 'instance', 'judge', 'kernel', 'ktap', 'report', 'run', 'vm'],
  'api.ts': ['base', 'catalogue', 'model', 'suites/scenarios', 'uapi', 'vocabulary'],

  'campaigns/bisect': ['base', 'cache', 'process', 'report', 'run'],
  'campaigns/diff': ['base', 'history', 'report'],
  'campaigns/coverage': ['base', 'cache', 'instance', 'kernel', 'process', 'report', 'run'],
  'campaigns/mutants': ['base', 'cache', 'kernel', 'report', 'run'],
  'campaigns/fuzz': [
    'agent',
    'base',
    'catalogue',
    'console',
    'instance',
    'judge',
    'model',
    'report',
    'run',
    'uapi',
    'vm',
    'vocabulary',
  ],

  'campaigns/repro': ['agent', 'base', 'campaigns/fuzz', 'image', 'oracle', 'process', 'report', 'uapi', 'vm'],

  commands: [
    'base',
    'cache',
    'campaigns/bisect',
    'campaigns/diff',
    'campaigns/coverage',
    'campaigns/fuzz',
    'campaigns/mutants',
    'campaigns/repro',
    'catalogue',
    'console',
    'history',
    'image',
    'instance',
    'judge',
    'kernel',
    'ktap',
    'process',
    'report',
    'run',
    'ssh',
    'suites/kselftest',
    'suites/scenarios',
    'vm',
  ],
  'cli.ts': ['base', 'commands'],
}
