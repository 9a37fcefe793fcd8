// The whole command lines: a change shows here before it shows in an instance.
import { test } from 'tap'
import { bytes } from '../../../harness/base/units.ts'
import { kernelArguments, qemuOptions, type QemuConfig } from '../../../harness/vm/arguments.ts'

const config: QemuConfig = {
  name: '/results/a,b/console.log',
  vmlinux: '/store/vmlinux',
  initramfs: '/store/initramfs.cpio',
  accelerator: 'tcg',
  memory: bytes(2 ** 30),
  cpus: 2,
  append: ['hugepages=4'],
  sandbox: true,
  firmware: 'qboot.rom',
  restores: false,
  dumpable: false,
}

function lines(options: readonly (readonly string[])[]): string[] {
  return options.map((option) => option.join(' '))
}

void test('QEMU under emulation', (t) => {
  t.same(lines(qemuOptions(config)), [
    '-name /results/a,,b/console.log',
    '-nodefaults',
    '-no-user-config',
    '-display none',
    '-no-reboot',
    '-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny',
    '-machine q35,vmport=off,smm=off,sata=off,smbus=off,i8042=off',
    '-bios qboot.rom',
    '-accel tcg,thread=multi',
    '-cpu max,+svm,+npt',
    '-smp 2',
    '-m 1024M',
    '-kernel /store/vmlinux',
    '-initrd /store/initramfs.cpio',
    '-append console=ttyS0 panic=-1 no_timer_check cgroup_favordynmods=true printk.devkmsg=on log_buf_len=1M gmemtest_ssh_ports=4 hugepages=4',
    '-chardev socket,id=qmp,fd=3',
    '-mon chardev=qmp,mode=control',
    '-add-fd fd=8,set=1',
    '-chardev file,id=console,path=/dev/fdset/1,append=on',
    '-serial chardev:console',
    '-device virtio-serial-pci',
    '-chardev socket,id=ssh0,fd=4',
    '-device virtserialport,chardev=ssh0,id=ssh0,name=gmemtest.ssh0',
    '-chardev socket,id=ssh1,fd=5',
    '-device virtserialport,chardev=ssh1,id=ssh1,name=gmemtest.ssh1',
    '-chardev socket,id=ssh2,fd=6',
    '-device virtserialport,chardev=ssh2,id=ssh2,name=gmemtest.ssh2',
    '-chardev socket,id=ssh3,fd=7',
    '-device virtserialport,chardev=ssh3,id=ssh3,name=gmemtest.ssh3',
  ])
  t.end()
})

void test('the options of KVM, of a QEMU without seccomp, and of the usual firmware', (t) => {
  const other = lines(qemuOptions({ ...config, accelerator: 'kvm', sandbox: false, firmware: undefined }))
  const usual = lines(qemuOptions(config))
  t.same(
    usual.filter((line) => !other.includes(line)).map((line) => line.split(' ')[0]),
    ['-sandbox', '-bios', '-accel', '-cpu'],
  )
  t.same(
    other.filter((line) => !usual.includes(line)),
    ['-accel kvm', '-cpu host'],
  )
  t.end()
})

void test('an instance whose memory can be dumped after its death', (t) => {
  const other = lines(qemuOptions({ ...config, dumpable: true }))
  const usual = lines(qemuOptions(config))
  t.same(
    usual.filter((line) => !other.includes(line)),
    ['-no-reboot'],
  )
  t.same(
    other.filter((line) => !usual.includes(line)),
    ['-action reboot=shutdown,shutdown=pause', '-device vmcoreinfo'],
  )
  t.end()
})

void test('memory is rounded up to a size that QEMU supports', (t) => {
  const memory = bytes(2 ** 30 + 1)
  t.ok(lines(qemuOptions({ ...config, memory })).includes('-m 1025M'))
  t.end()
})

void test('words of the caller come last, so they take precedence', (t) => {
  t.equal(kernelArguments({ ...config, append: ['panic=0'] }).at(-1), 'panic=0')
  t.end()
})
