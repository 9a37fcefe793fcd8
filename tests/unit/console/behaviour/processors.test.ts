// What die() prints on x86 and arm: one splat with the fault and the function, and no address in its title.
import { test } from 'tap'
import { findSplats } from '../../../../harness/console/find-splats.ts'

const oopses: readonly (readonly [processor: string, kind: string, title: string, log: string])[] = [
  [
    'x86 before Linux 4.10',
    'oops',
    'NULL pointer dereference in do_frob',
    `BUG: unable to handle kernel NULL pointer dereference at 0000000000000008
IP: [<ffffffff81234567>] do_frob+0x27/0x60
PGD 1234067 PUD 1235067 PMD 0 
Oops: 0000 [#1] SMP 
Modules linked in: frob(O)
CPU: 0 PID: 77 Comm: worker Tainted: G           O    4.4.0 #1
Hardware name: QEMU
task: ffff88003b9c0000 ti: ffff88003c000000 task.ti: ffff88003c000000
RIP: 0010:[<ffffffff81234567>]  [<ffffffff81234567>] do_frob+0x27/0x60
RSP: 0018:ffff88003c003e28  EFLAGS: 00010246
RAX: 0000000000000000 RBX: ffff88003b9c0000 RCX: 0000000000000000
Stack:
 ffff88003c003e48 ffffffff81234999 0000000000000000 ffff88003c003ea8
Call Trace:
 [<ffffffff81234999>] do_outer+0x19/0x40
 [<ffffffffa0001234>] frob_write+0x34/0x50 [frob]
 [<ffffffff811f1234>] vfs_write+0xa9/0x1a0
 [<ffffffff8181c0f2>] entry_SYSCALL_64_fastpath+0x16/0x71
Code: 48 89 e5
RIP  [<ffffffff81234567>] do_frob+0x27/0x60
 RSP <ffff88003c003e28>
CR2: 0000000000000008
---[ end trace 5e3b4bd2b7e0d0d6 ]---`,
  ],
  [
    'x86 with 32 bits',
    'oops',
    'NULL pointer dereference in do_frob',
    `BUG: kernel NULL pointer dereference, address: 00000008
#PF: supervisor read access in kernel mode
*pde = 00000000 
Oops: Oops: 0000 [#1] SMP
CPU: 0 UID: 0 PID: 77 Comm: worker Not tainted 6.12.0 #1
EIP: do_frob+0x7/0x10
EAX: 00000000 EBX: c1000000 ECX: 00000000 EDX: 00000000
Call Trace:
 do_outer+0x6/0x10
 entry_INT80_32+0xf0/0xf0
---[ end trace 0000000000000000 ]---`,
  ],
  [
    'x86, a protection fault with the note of KASAN',
    'oops',
    'general protection fault in do_frob',
    `general protection fault, probably for non-canonical address 0xdffffc0000000003: 0000 [#1] PREEMPT SMP KASAN
KASAN: null-ptr-deref in range [0x0000000000000018-0x000000000000001f]
CPU: 1 PID: 353 Comm: worker Not tainted 5.10.0 #1
RIP: 0010:do_frob+0x7/0x110
Call Trace:
 do_outer+0x6/0x10
 do_syscall_64+0x33/0x40
Modules linked in:
---[ end trace 1234567890abcdef ]---`,
  ],
  [
    'arm before Linux 5.19',
    'oops',
    'NULL pointer dereference in frob_probe',
    `Unable to handle kernel NULL pointer dereference at virtual address 00000000
pgd = c0004000
[00000000] *pgd=00000000
Internal error: Oops: 17 [#1] PREEMPT SMP ARM
Modules linked in:
CPU: 0 PID: 1 Comm: swapper/0 Not tainted 4.9.0 #1
Hardware name: Generic DT based system
task: ee8a0000 task.stack: ee8a2000
PC is at frob_probe+0x18/0x40
LR is at platform_drv_probe+0x50/0xac
pc : [<c0812345>]    lr : [<c0523456>]    psr: 60000013
sp : ee8a3df0  ip : 00000000  fp : c0e00000
r10: c0f3ba00  r9 : c0f0c860  r8 : 00000000
Flags: nZCv  IRQs on  FIQs on  Mode SVC_32  ISA ARM  Segment none
Control: 10c5387d  Table: 8000406a  DAC: 00000051
Process swapper/0 (pid: 1, stack limit = 0xee8a2210)
Stack: (0xee8a3df0 to 0xee8a4000)
3de0:                                     c0f3ba00 c0523456 ee9e1210 c0f3ba14
[<c0812345>] (frob_probe) from [<c0523456>] (platform_drv_probe+0x50/0xac)
[<c0523456>] (platform_drv_probe) from [<c0521234>] (driver_probe_device+0x234/0x2f0)
[<c0521234>] (driver_probe_device) from [<c0521400>] (__driver_attach+0xc0/0xc4)
 r10:00000000 r9:c0f0c860 r8:c0e3a83c r7:00000000
[<c0108c68>] (kernel_init) from [<c0107f38>] (ret_from_fork+0x14/0x3c)
Code: e1a0c00d e92dd800 e24cb004 e5903000 (e5933000) 
---[ end trace 8b3f1c2d4e5a6b7c ]---`,
  ],
  [
    'arm64, BUG()',
    'bug',
    'kernel BUG in do_frob',
    `------------[ cut here ]------------
kernel BUG at fs/frob.c:12!
Internal error: Oops - BUG: 00000000f2000800 [#1]  SMP
Modules linked in:
CPU: 1 UID: 0 PID: 77 Comm: worker Not tainted 6.16.0 #1 PREEMPT 
pstate: 60400005 (nZCv daif +PAN -UAO -TCO -DIT -SSBS BTYPE=--)
pc : do_frob+0x1c/0x40
lr : do_outer+0x12/0x30
sp : ffff800080e43ac0
x29: ffff800080e43ac0 x28: ffff0000c1b2a340 x27: 0000000000000000
Call trace:
 do_frob+0x1c/0x40 (P)
 do_outer+0x12/0x30
 el0t_64_sync+0x190/0x198
Code: 12345678 (d4210000) 
---[ end trace 0000000000000000 ]---`,
  ],
  [
    'arm64, an external abort',
    'oops',
    'synchronous external abort in do_frob',
    `Internal error: synchronous external abort: 0000000096000010 [#1] PREEMPT SMP
Modules linked in:
CPU: 1 PID: 77 Comm: worker Not tainted 6.1.0 #1
pc : do_frob+0x1c/0x40
lr : do_outer+0x12/0x30
Call trace:
 do_frob+0x1c/0x40
 do_outer+0x12/0x30
---[ end trace 0000000000000000 ]---`,
  ],
  [
    'arm64, with lines of others in the head and in the trace',
    'oops',
    'paging request in do_frob',
    `Unable to handle kernel paging request at virtual address dead000000000122
Mem abort info:
  ESR = 0x0000000096000044
usb 1-1: new high-speed USB device number 2 using xhci_hcd
  EC = 0x25: DABT (current EL), IL = 32 bits
  SET = 0, FnV = 0
  EA = 0, S1PTW = 0
random: crng init done
  FSC = 0x04: level 0 translation fault
Data abort info:
  ISV = 0, ISS = 0x00000044, ISS2 = 0x00000000
  CM = 0, WnR = 1, TnD = 0, TagAccess = 0
  GCS = 0, Overlay = 0, DirtyBit = 0, Xs = 0
[dead000000000122] address between user and kernel address ranges
Internal error: Oops: 0000000096000044 [#1] PREEMPT SMP
Modules linked in: frob
CPU: 1 UID: 0 PID: 3241 Comm: worker Not tainted 6.12.0 #1
pc : do_frob+0x78/0xc0
lr : do_frob+0x60/0xc0
Call trace:
 do_frob+0x78/0xc0 (P)
 do_outer+0x48/0x90
eth0: link up
 el0t_64_sync+0x190/0x198
Code: 12345678 12345678 (12345678) 
---[ end trace 0000000000000000 ]---`,
  ],
]

for (const [processor, kind, title, log] of oopses) {
  void test(processor, (t) => {
    const lines = log.split('\n').map((line, number) => `[  100.${String(number).padStart(6, '0')}] ${line}`)
    const found = findSplats(lines)
    t.match(found, [{ kind, title, corrupted: undefined, end: lines.length }])
    t.equal(found.length, 1)
    t.end()
  })
}
