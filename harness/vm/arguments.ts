// The command lines of QEMU and of the kernel: pure functions, each odd flag with its reason beside it.
import type { Bytes } from '../base/units.ts'
import type { AcceleratorName } from './accelerator.ts'

/** All that the command line of QEMU depends on. */
export interface MachineConfig {
  /** Which machine this is: ps shows it. */
  readonly name: string
  readonly vmlinux: string
  readonly initramfs: string
  readonly accelerator: AcceleratorName
  readonly memory: Bytes
  readonly cpus: number
  /** Further words for the command line of the kernel. */
  readonly append: readonly string[]
  /** QEMU's seccomp filter. */
  readonly sandbox: boolean
  /** Instead of SeaBIOS. */
  readonly firmware: string | undefined
  /** It does not boot, but goes on from a saved state, which comes through a descriptor of its own. */
  readonly restores: boolean
  /** Whether the memory of a guest that died can still be read: QEMU stays, and the kernel tells it where its notes are. */
  readonly dumpable: boolean
}

/** The program. */
export const qemu = 'qemu-system-x86_64'

const firstChannel = 3

/** Ssh sessions that one virtual machine can have in its life: one for the run, the others to look into trouble. */
const sshPorts = 4

/** The descriptors that QEMU inherits: sockets whose other ends the harness holds, and the console's file. */
export const descriptors = {
  qmp: firstChannel,
  firstSsh: firstChannel + 1,
  console: firstChannel + 1 + sshPorts,
  savedState: firstChannel + 2 + sshPorts,
} as const

/** The serial console as QMP knows it, and the file that it is written to. */
export const consoleDevice = { id: 'console', file: '/dev/fdset/1' } as const

/** How many of them are sockets; the files come after them. */
export const channelCount = 1 + sshPorts

/** The QEMU name of an ssh channel, as events have it. */
export function sshDevice(index: number): string {
  return `ssh${index}`
}

const mebibyte = 2 ** 20

/** A value within a QEMU option: commas separate options, so they are doubled. */
function value(text: string): string {
  return text.replaceAll(',', ',,')
}

/** The command line of the kernel. */
export function kernelArguments(config: MachineConfig): string[] {
  return [
    'console=ttyS0',
    // With -no-reboot: a panic ends QEMU at once.
    'panic=-1',
    // The check that timer interrupts arrive takes 40 ms, and QEMU's do.
    'no_timer_check',
    // Otherwise a process that joins a control group waits for an RCU grace period: 45 ms, before the first scenario.
    'cgroup_favordynmods=true',
    // Lines that the harness writes into the kernel's log are never dropped for their number.
    'printk.devkmsg=on',
    // Not known to the kernel, so init finds it in its environment (guest-images/minimal/sessions.c).
    `gmemtest_ssh_ports=${sshPorts}`,
    ...config.append,
  ]
}

function accelerator(name: AcceleratorName): string[][] {
  switch (name) {
    case 'kvm':
      return [
        ['-accel', 'kvm'],
        ['-cpu', 'host'],
      ]
    case 'tcg':
      return [
        // One host thread a guest CPU: races need CPUs that really run at the same time.
        ['-accel', 'tcg,thread=multi'],
        // The guest creates VMs of its own; of the two, TCG emulates AMD's way.
        ['-cpu', 'max,+svm,+npt'],
      ]
    default:
      return name satisfies never
  }
}

/** A socket that QEMU inherits: no path leads to it, so nobody else can connect. */
function socket(id: string, descriptor: number): string[] {
  return ['-chardev', `socket,id=${id},fd=${descriptor}`]
}

function sshChannels(): string[][] {
  return Array.from({ length: sshPorts }, (_, index) => [
    socket(sshDevice(index), descriptors.firstSsh + index),
    // The id is what VSERPORT_CHANGE says, the name is what the guest sees.
    ['-device', `virtserialport,chardev=ssh${index},id=${sshDevice(index)},name=gmemtest.ssh${index}`],
  ]).flat()
}

/** The end of the guest is not the end of QEMU; and the notes are what tools know the layout of the kernel by. */
const dumpable: readonly string[][] = [
  ['-action', 'reboot=shutdown,shutdown=pause'],
  ['-device', 'vmcoreinfo'],
]

/** The command line of QEMU as pairs: an option and its value stay together. */
export function qemuOptions(config: MachineConfig): string[][] {
  return [
    ['-name', value(config.name)],
    // Nothing that we did not ask for, whatever the machine's configuration says.
    ['-nodefaults'],
    ['-no-user-config'],
    ['-display', 'none'],
    // A reset of the guest is the end: a kernel that dies must not boot again unseen.
    ...(config.dumpable ? dumpable : [['-no-reboot']]),
    config.sandbox
      ? ['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny']
      : [],
    // Without what nobody uses: fewer devices for the guest to find.
    ['-machine', 'q35,vmport=off,smm=off,sata=off,smbus=off,i8042=off'],
    // It enters a PVH kernel 60 ms earlier than SeaBIOS does.
    config.firmware === undefined ? [] : ['-bios', config.firmware],
    ...accelerator(config.accelerator),
    ['-smp', String(config.cpus)],
    ['-m', `${Math.ceil(config.memory / mebibyte)}M`],
    ['-kernel', config.vmlinux],
    ['-initrd', config.initramfs],
    ['-append', kernelArguments(config).join(' ')],
    socket('qmp', descriptors.qmp),
    ['-mon', 'chardev=qmp,mode=control'],
    // A file that the harness opened and follows: QEMU finds it by its descriptor.
    ['-add-fd', `fd=${descriptors.console},set=1`],
    ['-chardev', `file,id=${consoleDevice.id},path=${consoleDevice.file},append=on`],
    ['-serial', `chardev:${consoleDevice.id}`],
    // Ssh without a network: half the latency, no port to be busy, and no host that the guest could reach.
    ['-device', 'virtio-serial-pci'],
    ...sshChannels(),
    config.restores ? ['-incoming', `fd:${descriptors.savedState}`] : [],
  ].filter((option) => option.length > 0)
}
