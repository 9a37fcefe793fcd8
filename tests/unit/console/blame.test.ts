// The guilty function: the first that neither prints the splat nor is a common helper.
import { test } from 'tap'
import type { TraceFrame } from '../../../harness/console/stack-frames.ts'
import { guiltyFunction, isEntry, isHelper } from '../../../harness/console/blame.ts'

function trace(...names: readonly string[]): TraceFrame[] {
  return names.map((name) => ({ symbol: name, function: name }))
}

const cases: readonly (readonly [
  named: string | undefined,
  trace: readonly TraceFrame[],
  guilty: string | undefined,
])[] = [
  ['f', trace('dump_stack_lvl', 'print_report', 'f', 'g'), 'f'],
  [undefined, trace('dump_stack_lvl', 'print_report', 'f', 'g'), 'f'],
  ['memcpy', trace('dump_stack_lvl', 'print_report', 'kasan_report', '__asan_memcpy', 'f'), 'f'],
  ['kfree', trace('f', 'kfree', 'g'), 'g'],
  ['kfree', trace('__kasan_slab_free'), 'kfree'],
  [undefined, trace('dump_stack'), 'dump_stack'],
  [undefined, trace('dump_stack_lvl', 'bad_page', 'free_frozen_pages'), 'free_frozen_pages'],
  [undefined, [], undefined],
]

for (const [named, frames, guilty] of cases) {
  void test(`${named} in ${frames.map((frame) => frame.function).join(' < ')}: ${guilty}`, (t) => {
    t.equal(guiltyFunction(named, frames), guilty)
    t.end()
  })
}

void test('helpers of all kinds are known', (t) => {
  for (const name of [
    '__kasan_check_read',
    '___slab_alloc',
    '__list_del_entry_valid_or_report',
    'refcount_warn_saturate',
    '_raw_spin_lock_irqsave',
    '__mutex_lock',
    'rwsem_down_write_slowpath',
    '__alloc_pages_noprof',
    'asm_sysvec_apic_timer_interrupt',
    'warn_slowpath_fmt',
    'rep_movs_alternative',
    'spin_dump',
    'vsnprintf',
    '__wake_up_common',
    'copy_page_from_iter',
    'kmemdup_noprof',
    '__pcpu_alloc',
    'rust_helper_BUG',
    '_RNvNtCsabc123_4core9panicking9panic_fmt',
  ]) {
    t.ok(isHelper(name), name)
  }
  t.end()
})

void test('a similar name is no helper', (t) => {
  for (const name of [
    'kmalloc_oob_right',
    'get_user_pages_fast',
    'copy_page_range',
    'slab_memory_callback',
    'fault_dirty_shared_page',
    'die_hard',
    'list_lru_add',
    'hrtimer_start_range_ns',
    'kfree_skb_reason',
    'kvm_gmem_release',
    'memcg_charge',
    'string_stream_add',
    'completed_frob',
    'new_slabinfo',
  ]) {
    t.notOk(isHelper(name), name)
  }
  t.end()
})

void test('entries into the kernel are known', (t) => {
  for (const name of ['do_syscall_64', '__x64_sys_ioctl', 'ret_from_fork_asm', 'kthread']) t.ok(isEntry(name), name)
  t.notOk(isEntry('kvm_vm_ioctl'))
  t.end()
})
