// Builds the command lines of QEMU and of the kernel; each unusual flag has its reason beside it.
import type { Bytes } from '../base/units.ts'
import type { AcceleratorName } from './accelerator.ts'

/** The input for the command line of QEMU. */
export interface QemuConfig {
  /** The name of the instance, which ps shows. */
  readonly name: string
  readonly vmlinux: string
  readonly initramfs: string
  readonly accelerator: AcceleratorName
  readonly memory: Bytes
  readonly cpus: number
  /** More words for the command line of the kernel. */
  readonly append: readonly string[]
  /** Whether QEMU's seccomp filter is on. */
  readonly sandbox: boolean
  /** The firmware that replaces SeaBIOS. */
  readonly firmware: string | undefined
  /** Whether QEMU continues from a saved state, which comes through a descriptor, instead of booting. */
  readonly restores: boolean
  /** Whether QEMU stays when the kernel dies, so that its memory can be dumped; the kernel tells QEMU where its notes are. */
  readonly dumpable: boolean
}

export const qemu = 'qemu-system-x86_64'

const firstChannel = 3

/** The number of ssh sessions of one instance: one for the run, the others for diagnosis. */
const sshPorts = 4

/** The descriptors that QEMU inherits: sockets whose other ends the harness holds, and files. */
export const descriptors = {
  qmp: firstChannel,
  firstSsh: firstChannel + 1,
  console: firstChannel + 1 + sshPorts,
  savedState: firstChannel + 2 + sshPorts,
} as const

/** The serial console: its name in QMP, and the file that QEMU writes to. */
export const consoleDevice = { id: 'console', file: '/dev/fdset/1' } as const

/** How many of the descriptors are sockets; the files come after them. */
export const channelCount = 1 + sshPorts

/** Gives the QEMU name of an ssh channel, as it is in events. */
export function sshDevice(index: number): string {
  return `ssh${index}`
}

const mebibyte = 2 ** 20

/** Escapes a value within a QEMU option: commas separate options, so they are doubled. */
export function optionValue(text: string): string {
  return text.replaceAll(',', ',,')
}

/** Builds the command line of the kernel. */
export function kernelArguments(config: QemuConfig): string[] {
  return [
    'console=ttyS0',
    // With -no-reboot: a panic ends QEMU at once.
    'panic=-1',
    // Skip the 40 ms check that timer interrupts arrive: in QEMU they do.
    'no_timer_check',
    // Otherwise joining a control group waits for an RCU grace period: 45 ms before the first test.
    'cgroup_favordynmods=true',
    // Never drop lines that the harness writes into the kernel's log for their number.
    'printk.devkmsg=on',
    // A long test may cause more messages than the 128 KB of most configurations before the harness reads them.
    'log_buf_len=1M',
    // The kernel does not know this word, so init finds it in its environment (guest-images/minimal/sessions.c).
    `gmemtest_ssh_ports=${sshPorts}`,
    ...config.append,
  ]
}

// TCG has one thread for each virtual CPU: races need CPUs that really run at the same time. The instance creates nested
// VMs; TCG emulates only AMD's SVM.
/** The values of QEMU's -accel and -cpu. */
export const accelerators: Readonly<Record<AcceleratorName, { readonly accel: string; readonly cpu: string }>> = {
  kvm: { accel: 'kvm', cpu: 'host' },
  tcg: { accel: 'tcg,thread=multi', cpu: 'max,+svm,+npt' },
}

/** Names a socket that QEMU inherits: it has no path, so no other process can connect. */
function socket(id: string, descriptor: number): string[] {
  return ['-chardev', `socket,id=${id},fd=${descriptor}`]
}

function sshChannels(): string[][] {
  return Array.from({ length: sshPorts }, (_, index) => [
    socket(sshDevice(index), descriptors.firstSsh + index),
    // VSERPORT_CHANGE gives the id, the instance sees the name.
    ['-device', `virtserialport,chardev=ssh${index},id=${sshDevice(index)},name=gmemtest.ssh${index}`],
  ]).flat()
}

/** QEMU outlives the kernel, and the notes tell tools the layout of the kernel's memory. */
const dumpable: readonly string[][] = [
  ['-action', 'reboot=shutdown,shutdown=pause'],
  ['-device', 'vmcoreinfo'],
]

/** Builds the command line of QEMU as pairs of an option and its value. */
export function qemuOptions(config: QemuConfig): string[][] {
  return [
    ['-name', optionValue(config.name)],
    // No default devices, and no configuration of this computer.
    ['-nodefaults'],
    ['-no-user-config'],
    ['-display', 'none'],
    // A reset ends QEMU: a kernel that dies must not boot again unnoticed.
    ...(config.dumpable ? dumpable : [['-no-reboot']]),
    config.sandbox ? ['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'] : [],
    // Without unused devices the kernel probes less.
    ['-machine', 'q35,vmport=off,smm=off,sata=off,smbus=off,i8042=off'],
    // qboot enters a PVH kernel 60 ms earlier than SeaBIOS.
    config.firmware === undefined ? [] : ['-bios', config.firmware],
    ['-accel', accelerators[config.accelerator].accel],
    ['-cpu', accelerators[config.accelerator].cpu],
    ['-smp', String(config.cpus)],
    ['-m', `${Math.ceil(config.memory / mebibyte)}M`],
    ['-kernel', config.vmlinux],
    ['-initrd', config.initramfs],
    ['-append', kernelArguments(config).join(' ')],
    socket('qmp', descriptors.qmp),
    ['-mon', 'chardev=qmp,mode=control'],
    // The harness opened the file and follows it; QEMU finds it by its descriptor.
    ['-add-fd', `fd=${descriptors.console},set=1`],
    ['-chardev', `file,id=${consoleDevice.id},path=${consoleDevice.file},append=on`],
    ['-serial', `chardev:${consoleDevice.id}`],
    // Ssh without a network: half the latency, no port that may be busy, and no way out of the instance.
    ['-device', 'virtio-serial-pci'],
    ...sshChannels(),
    config.restores ? ['-incoming', `fd:${descriptors.savedState}`] : [],
  ].filter((option) => option.length > 0)
}
