// Races in C: threads that begin together (guest-images/reproducer/race.c, race-accesses.c, race-changes.c).
import { words } from '../../../agent/vocabulary.ts'
import { hex, literal, type Names } from '../names.ts'
import type { Step } from '../recorded-program.ts'
import type { Rows } from './rendering.ts'
import { conversionOf } from './vm-rows.ts'

type Request = Step<'actorAdd'>['request']
type Kind = (typeof words.actor)[number]

/** The work of each kind of thread, and those of its members that are not numbers. */
const works: Readonly<
  Record<Kind, { readonly work: string; readonly of: (request: Request, names: Names) => string[] }>
> = {
  convert: {
    work: 'race_convert',
    of: (request, names) => [...conversionMembers(request, names), ...vcpuOf(request, names)],
  },
  'host-read': { work: 'race_host_read', of: memoryOf },
  'host-count': { work: 'race_host_count', of: memoryOf },
  'guest-read': { work: 'race_guest_read', of: vcpuOf },
  'guest-count': { work: 'race_guest_count', of: vcpuOf },
  pin: { work: 'race_pin', of: memoryOf },
  reallocate: { work: 'race_reallocate', of: fileOf },
  'read-file': { work: 'race_read_file', of: () => [] },
  'write-file': { work: 'race_write_file', of: () => [] },
  signal: { work: 'race_signal', of: () => [] },
  punch: { work: 'race_punch', of: fileOf },
  allocate: { work: 'race_allocate', of: fileOf },
  bind: {
    work: 'race_bind',
    of: (request, names) => [
      `.vm = ${names.descriptor(request.vm)}`,
      `.slot = ${request.slot}`,
      ...fileOf(request, names),
      ...memoryOf(request, names),
    ],
  },
  map: { work: 'race_map', of: fileOf },
  fork: { work: 'race_fork', of: memoryOf },
}

function conversionMembers(request: Request, names: Names): string[] {
  const [convert, fd, to] = conversionOf(request, names)
  return [`.convert = ${convert}`, `.fd = ${fd}`, `.to = ${to}`]
}

function memoryOf({ mapping, offset }: Request, names: Names): string[] {
  return [`.memory = ${names.address(mapping, offset)}`]
}

function fileOf({ target }: Request, names: Names): string[] {
  return [`.fd = ${names.descriptor(target)}`]
}

function vcpuOf({ vcpu }: Request, names: Names): string[] {
  return vcpu === 0n ? [] : [`.vcpu = &${names.of(vcpu).name}`]
}

const numbers = ['offset', 'size', 'gpa', 'value', 'rounds', 'cpus'] as const

function membersOf({ request, bytes }: Step<'actorAdd'>, names: Names): string[] {
  const kind = words.actor[Number(request.kind)] ?? 'convert'
  const { work, of } = works[kind]
  const [path = '', text] = bytes.toString('latin1').split('\0')
  return [
    `.name = "${kind}"`,
    `.work = ${work}`,
    ...of(request, names),
    ...numbers.flatMap((name) => (request[name] === 0n ? [] : [`.${name} = ${hex(request[name])}`])),
    ...(request.check === 0n ? [] : ['.check = true']),
    ...(path === '' ? [] : [`.path = ${literal(Buffer.from(path, 'latin1'))}`]),
    ...(text === undefined ? [] : [`.text = ${literal(Buffer.from(text, 'latin1'))}`]),
  ]
}

/** The rows of operations on threads. */
export const raceRows: Rows<'actorAdd' | 'actorsStart' | 'actorsWait' | 'actorsStop'> = {
  actorAdd: { call: (step, names) => `add_actor((struct actor){ ${membersOf(step, names).join(', ')} })` },
  actorsStart: { call: () => 'start_actors()' },
  actorsWait: { call: ({ request: { duration, patience } }) => `wait_for_actors(${duration}, ${patience})` },
  actorsStop: {
    call: () => 'stop_actors()',
    tail: (wanted) => (wanted === 'no trouble' ? [['race_troubles', 0n]] : undefined),
  },
}
