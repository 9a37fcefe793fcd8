// What die() prints on powerpc, s390, mips, loongarch and riscv: one splat with the fault and the function, and no address in its title.
import { test } from 'tap'
import { findSplats } from '../../../../harness/console/find-splats.ts'

const oopses: readonly (readonly [processor: string, kind: string, title: string, log: string])[] = [
  [
    'powerpc, NULL',
    'oops',
    'NULL pointer dereference in frob_init',
    `Kernel attempted to read user page (8) - exploit attempt? (uid: 0)
BUG: Kernel NULL pointer dereference on read at 0x00000008
Faulting instruction address: 0xc008000000b40074
Oops: Kernel access of bad area, sig: 11 [#1]
LE PAGE_SIZE=64K MMU=Radix SMP NR_CPUS=2048 NUMA pSeries
Modules linked in: frob(O+)
CPU: 3 UID: 0 PID: 2117 Comm: insmod Tainted: G           O       6.11.0 #1
Hardware name: IBM pSeries (emulated by qemu) POWER9
NIP:  c008000000b40074 LR: c008000000b40060 CTR: c00000000070d3a0
REGS: c00000000b1f3770 TRAP: 0300   Tainted: G           O         (6.11.0)
MSR:  800000000280b033 <SF,VEC,VSX,EE,FP,ME,IR,DR,RI,LE>  CR: 28008222  XER: 00000000
CFAR: c00000000000c000 DAR: 0000000000000008 DSISR: 40000000 IRQMASK: 0 
GPR00: c008000000b40060 c00000000b1f3a10 c008000000b68000 0000000000000010 
NIP [c008000000b40074] frob_init+0x54/0x100 [frob]
LR [c008000000b40060] frob_init+0x40/0x100 [frob]
Call Trace:
[c00000000b1f3a10] [c008000000b40060] frob_init+0x40/0x100 [frob] (unreliable)
[c00000000b1f3a80] [c000000000011a60] do_one_initcall+0x60/0x2c0
[c00000000b1f3b50] [c000000000287b38] do_init_module+0x78/0x280
--- interrupt: 3000 at 0x7fff8f32a0d4
NIP:  00007fff8f32a0d4 LR: 00007fff8f32a0d4 CTR: 0000000000000000
NIP [00007fff8f32a0d4] 0x7fff8f32a0d4
LR [00007fff8f32a0d4] 0x7fff8f32a0d4
--- interrupt: 3000
Code: 3d220000 e8698008 
---[ end trace 0000000000000000 ]---`,
  ],
  [
    'powerpc, data',
    'oops',
    'data access in do_frob',
    `BUG: Unable to handle kernel data access on write at 0xc00a000000000000
Faulting instruction address: 0xc000000000123456
Oops: Kernel access of bad area, sig: 11 [#1]
CPU: 3 UID: 0 PID: 2117 Comm: worker Not tainted 6.11.0 #1
NIP [c000000000123456] do_frob+0x54/0x100
LR [c000000000123440] do_frob+0x40/0x100
Call Trace:
[c00000000b1f3a10] [c000000000123440] do_frob+0x40/0x100 (unreliable)
[c00000000b1f3a80] [c000000000011a60] do_outer+0x60/0x2c0
---[ end trace 0000000000000000 ]---`,
  ],
  [
    's390, a pointer',
    'oops',
    'pointer dereference in do_frob',
    `Unable to handle kernel pointer dereference in virtual kernel address space
Failing address: 0000000000000000 TEID: 0000000000000483
Fault in home space mode while using kernel ASCE.
AS:00000000a1b2c007 R3:00000001ffff0007 S:00000001fffef800 P:000000000000003d 
Oops: 0004 ilc:2 [#1] SMP 
Modules linked in: frob
CPU: 1 UID: 0 PID: 871 Comm: worker Not tainted 6.9.0 #1
Hardware name: IBM 3931 A01 704 (z/VM 7.3.0)
Krnl PSW : 0704c00180000000 000003ff8000012c (do_frob+0x2c/0x60 [frob])
           R:0 T:1 IO:1 EX:1 Key:0 M:1 W:0 P:0 AS:3 CC:0 PM:0 RI:0 EA:3
Krnl GPRS: 0000000000000000 0000000000000000 0000000000000000 0000000000000000
           0000000000000000 0000000000000000 0000000000000000 0000000000000000
Krnl Code: 000003ff80000122: e31020080004	lg	%r1,8(%r2)
           000003ff80000128: 58201000		l	%r2,0(%r1)
          #000003ff8000012c: a7f40001		brc	15,000003ff8000012e
Call Trace:
 [<000003ff8000012c>] do_frob+0x2c/0x60 [frob] 
 [<000003ff80000166>] do_outer+0x26/0x50 [frob] 
 [<00000000a0e1b2c4>] system_call+0x70/0x98 
Last Breaking-Event-Address:
 [<000003ff80000160>] do_outer+0x20/0x50 [frob]
---[ end trace 0000000000000000 ]---`,
  ],
  [
    's390, an exception',
    'oops',
    'specification exception in do_frob',
    `specification exception: 0006 ilc:2 [#1] SMP 
Modules linked in:
CPU: 1 UID: 0 PID: 514 Comm: worker Not tainted 6.12.0 #958
Krnl PSW : 0404e00180000000 00000000005c4488 (do_frob+0xf0/0x3e8)
Call Trace:
 [<00000000005c4488>] do_frob+0xf0/0x3e8 
 [<000000000028979e>] do_outer+0xce/0x430 
---[ end trace 0000000000000000 ]---`,
  ],
  [
    'mips, a page fault',
    'oops',
    'paging request in do_frob',
    `CPU 0 Unable to handle kernel paging request at virtual address 00000010, epc == 80412f10, ra == 80412ef0
Oops[#1]:
CPU: 0 UID: 0 PID: 77 Comm: worker Not tainted 6.6.0 #0
$ 0   : 00000000 00000001 00000000 80e10000
Hi    : 00000000
epc   : 80412f10 do_frob+0x40/0x90
ra    : 80412ef0 do_frob+0x20/0x90
Status: 1100a403	KERNEL EXL IE 
Cause : 40800008 (ExcCode 02)
BadVA : 00000010
Process worker (pid: 77, threadinfo=(ptrval), task=(ptrval), tls=77e4f490)
Stack : 00000000 8105bd54
Call Trace:
[<80412f10>] do_frob+0x40/0x90
[<80413a54>] do_outer+0x1bc/0x300
[<8010e8f8>] syscall_common+0x34/0x58

Code: 8fbf0014  8fb00010

---[ end trace 0000000000000000 ]---`,
  ],
  [
    'mips, an unaligned access',
    'oops',
    'Unhandled kernel unaligned access in do_frob',
    `Unhandled kernel unaligned access[#1]:
CPU: 0 PID: 77 Comm: worker Not tainted 5.15.0 #0
epc   : 80412f10 do_frob+0x40/0x90
ra    : 80412ef0 do_frob+0x20/0x90
Call Trace:
[<80412f10>] do_frob+0x40/0x90
[<80413a54>] do_outer+0x1bc/0x300
---[ end trace 0000000000000000 ]---`,
  ],
  [
    'loongarch',
    'oops',
    'paging request in do_frob',
    `CPU 2 Unable to handle kernel paging request at virtual address 0000000000000010, era == 9000000000221234, ra == 9000000000221230
Oops[#1]:
CPU: 2 UID: 0 PID: 77 Comm: worker Not tainted 6.13.0 #0
Hardware name: QEMU QEMU Virtual Machine, BIOS unknown 2/2/2022
pc 9000000000221234 ra 9000000000221230 tp 9000000100d2c000 sp 9000000100d2fb70
a0 0000000000000000 a1 9000000001234567 a2 0000000000000010 a3 0000000000000000
   ra: 9000000000221230 do_frob+0x30/0x60
  ERA: 9000000000221234 do_frob+0x34/0x60
 CRMD: 000000b0 (PLV0 -IE -DA +PG DACF=CC DACM=CC -WE)
ESTAT: 00010000 [PIL] (IS= ECode=1 EsubCode=0)
 BADV: 0000000000000010
Modules linked in:
Process worker (pid: 77, threadinfo=00000000abcdef01, task=0000000012345678)
Stack : 9000000100d2fc00 9000000000221400
Call Trace:
[<9000000000221234>] do_frob+0x34/0x60
[<9000000000221400>] do_outer+0x20/0x50
[<9000000000ea1234>] do_syscall+0x80/0xf0
[<9000000000221000>] handle_syscall+0xb8/0x158

Code: 28c00000  4c000020 

---[ end trace 0000000000000000 ]---`,
  ],
  [
    'riscv, NULL',
    'oops',
    'NULL pointer dereference in do_frob',
    `Unable to handle kernel NULL pointer dereference at virtual address 0000000000000010
Oops [#1]
Modules linked in:
CPU: 1 UID: 0 PID: 77 Comm: worker Not tainted 6.12.0 #1
Hardware name: riscv-virtio,qemu (DT)
epc : do_frob+0x1c/0x40
 ra : do_outer+0x12/0x30
epc : ffffffff80a04afe ra : ffffffff80a0e742 sp : ffffffc6003fbeb0
 gp : ffffffff81a7f2b8 tp : ff60000080e2a340 t0 : 0000000000000000
status: 0000000200000120 badaddr: 0000000000000010 cause: 000000000000000d
[<ffffffff80a04afe>] do_frob+0x1c/0x40
[<ffffffff80a0e742>] do_outer+0x12/0x30
[<ffffffff80a0f000>] do_trap_ecall_u+0x1c4/0x206
[<ffffffff80a1b000>] _new_vmalloc_restore_context_a0+0xc2/0xce
Code: 1141 e422 0800 (4908) 
---[ end trace 0000000000000000 ]---`,
  ],
  [
    'riscv, BUG()',
    'bug',
    'kernel BUG in do_frob',
    `------------[ cut here ]------------
kernel BUG at fs/frob.c:12!
Kernel BUG [#1]
Modules linked in:
CPU: 1 UID: 0 PID: 77 Comm: worker Not tainted 6.12.0 #1
epc : do_frob+0x1c/0x40
 ra : do_outer+0x12/0x30
[<ffffffff80a04afe>] do_frob+0x1c/0x40
[<ffffffff80a0e742>] do_outer+0x12/0x30
Code: 1141 e422 0800 (4908) 
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
