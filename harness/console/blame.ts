// Finds the guilty function in a trace: the first that neither prints the splat nor is a common helper.
import type { TraceFrame } from './stack-frames.ts'

/**
 * Functions that print a splat, or that a trap passes through before. A trailing `*` stands for any continuation of the
 * name; leading underscores do not count.
 */
const reporters = words(`
  dump_stack* dump_backtrace* dump_page* dump_header dump_cpu_task show_stack show_regs show_trace* sched_show_task
  warn warn_printk warn_slowpath_* WARN_trap report_bug handle_bug fixup_bug panic vpanic nmi_panic check_panic_on_warn
  panic_bad_stack handle_bad_stack bad_stack die die_body die_header die_addr die_kernel_fault oops_end
  asm_call_* invalid_op general_protection page_fault exc_* asm_exc_* sysvec_* asm_sysvec_* asm_common_interrupt do_trap* do_error_trap do_invalid_op handle_invalid_op
  no_context bad_area* page_fault_oops kernelmode_fixup_or_oops do_user_addr_fault do_kern_addr_fault do_page_fault
  do_kernel_fault do_mem_abort do_translation_fault do_bad_area el1_* el1h_* el1t_* vectors
  smp_apic_timer_interrupt apic_timer_interrupt local_apic_timer_interrupt xen_evtchn_do_upcall xen_hvm_callback_vector
  smp_reschedule_interrupt reschedule_interrupt call_function_interrupt smp_call_function_interrupt sched_tick scheduler_tick timer_interrupt
  arch_timer_handler_* handle_percpu_devid_irq generic_handle_* handle_domain_irq gic_handle_irq call_on_irq_stack do_interrupt_handler
  el0_irq* irq_svc riscv_timer_interrupt riscv_intc_* handle_riscv_irq do_irq do_IRQ* do_ext_irq ext_int_handler do_ext_interrupt
  clock_comparator_interrupt replay_soft_interrupts* constant_timer_interrupt handle_loongarch_irq do_vint c0_compare_interrupt plat_irq_dispatch
  handle_irq_event* handle_fasteoi_irq handle_edge_irq handle_level_irq run_hrtimer tick_nohz_highres_handler handle_IRQ
  irqentry_* do_undefinstr do_el1_* el1_abort brk_handler bug_brk_handler bug_handler call_break_hook call_el1_break_hook
  do_debug_exception do_serror do_sea do_alignment_fault arm64_serror_panic arm64_notify_die arm_notify_die die_kernel_fault
  do_DataAbort do_PrefetchAbort dabt_svc pabt_svc und_svc und_fault unwind_backtrace unwind_frame
  handle_exception do_trap do_page_fault vmalloc_fault handle_break ret_from_exception
  do_report_trap illegal_op do_protection_exception do_dat_exception pgm_check* monitor_event_exception do_pgm_check
  data_access_common* data_access_exception instruction_access_* program_check* decrementer_common* interrupt_return* exception_common*
  hash_page* bad_page_fault handle_page_fault tlb_do_page_fault* handle_tlb* do_bp do_tr do_ri do_ade do_ale do_be do_cpu handle_*_int
  nmi_cpu_backtrace* nmi_trigger* nmi_handle* nmi_backtrace* trigger_*_backtrace arch_trigger_* default_do_nmi end_repeat_nmi
  perf_event_nmi_handler perf_event_overflow watchdog_timer_fn watchdog_overflow_callback watchdog_hardlockup_*
  print_report print_address_description* kasan_report* kasan_check_* kasan_kmalloc* kasan_slab_* kasan_save_* kasan_poison*
  kasan_unpoison* kasan_krealloc* kasan_init_* kasan_mempool_* asan_* hwasan_* check_region_inline check_memory_region*
  sanitizer_cov_* kcsan_* tsan_* kmsan_* msan_* kfence_* ubsan_* handle_overflow kmemleak_* report_cfi_failure
  lockdep_* lock_acquire* lock_release* lock_is_held* lock_set_* lock_downgrade lock_pin* lock_unpin*
  check_noncircular check_prev_add check_prevs_add check_deadlock check_usage* check_irq_usage check_wait_context
  check_chain_key check_redundant check_path validate_chain mark_lock* mark_usage mark_held_locks valid_state
  register_lock_class assign_lock_key look_up_lock_class add_chain_* reacquire_held_locks find_held_lock match_held_lock
  print_circular_bug* print_deadlock_bug* print_usage_bug* print_irq_inversion_bug* print_bad_irq_dependency*
  print_lock_* print_unlock_imbalance_bug* print_freed_lock_bug* print_held_locks_bug* print_bad_pte*
  print_cpu_stall* print_other_cpu_stall* debug_locks_off debug_check_no_locks_* debug_show_* debug_mutex_* debug_rt_mutex_*
  debug_print_object debug_object_* debug_check_no_obj_freed debug_smp_processor_id this_cpu_preempt_check trace_hardirqs_* trace_irq_* trace_preempt_*
  might_sleep might_resched might_fault might_alloc schedule_bug cant_sleep cant_migrate spin_bug rwlock_bug check_preemption_disabled
  rcu_dump_cpu_stacks rcu_check_* check_cpu_stall rcu_sched_clock_irq rcu_pending rcu_note_context_switch
  update_process_times tick_sched_* tick_nohz_handler tick_periodic hrtimer_run_queues hrtimer_interrupt
  bad_page slab_bug slab_err slab_fix object_err check_object check_slab check_bytes_and_report print_trailer slab_pad_check
  free_debug_processing alloc_debug_processing free_consistency_checks alloc_consistency_checks
  warn_alloc report_bad_irq note_interrupt oom_kill_process should_fail* should_failslab fail_dump
  fortify_panic fortify_report usercopy_abort check_heap_object check_object_size stack_chk_fail
  list_del_entry_valid* list_add_valid* native_smp_send_* smp_send_reschedule dequeue_task_idle sysfs_warn_dup
  default_send_IPI* x2apic_send_IPI* flat_send_IPI* warn_alloc_failed spin_dump warn_bogus_irq_restore kasan_object_err kasan_end_report do_tag_check_fault do_tag_recovery show_stack_log_lvl
  stack_trace_* arch_stack_walk unwind_next_frame walk_stackframe walk_stack rust_helper_* rust_begin_unwind rust_panic*
  math_error do_divide_error do_int3 do_stack_segment do_general_protection retint_kernel ret_from_intr handle_irq
`)

/** The mangled names of functions by which Rust code panics. */
const rustPanic = /\d(?:core9panicking|rust_begin_unwind)/

/** Functions that all code calls: the caller is guilty of a wrong argument. */
const helpers = words(`
  memcpy memcpy_* memset memset_* memmove memcmp memchr memchr_inv memscan strlen strnlen strcpy strncpy strlcpy strscpy
  sized_strscpy strcmp strncmp strcasecmp strcat strncat strchr strrchr strstr strnstr
  copy_from_user* copy_to_user* copy_user_* copy_page copy_mc_* raw_copy_* rep_movs_* rep_stos_* clear_page_* clear_user*
  instrument_* get_user_nocheck_* put_user_nocheck_* get_user_1 get_user_2 get_user_4 get_user_8
  put_user_1 put_user_2 put_user_4 put_user_8
  list_add list_add_tail list_del list_del_entry list_del_init list_move* hlist_add_* hlist_del* llist_add*
  this_cpu_* raw_cpu_* percpu_counter_* get_cpu_ptr smp_processor_id
  refcount_* kref_* kobject_get kobject_put sock_hold sock_put get_device put_device atomic_* atomic64_* atomic_long_* arch_atomic* raw_atomic* percpu_ref_* test_bit test_and_* set_bit clear_bit
  raw_spin_* raw_read_* raw_write_* do_raw_* queued_* native_queued_* pv_queued_* arch_spin_* spin_lock* spin_unlock*
  read_lock* read_unlock* write_lock* write_unlock* mutex_lock* mutex_unlock* mutex_trylock* ww_mutex_* rt_mutex_* rt_spin_*
  rtlock_* down down_read* down_write* down_interruptible down_killable down_timeout down_trylock down_common up up_read up_write
  rwsem_* percpu_down_* percpu_up_* percpu_rwsem_* local_bh_enable* local_bh_disable* local_lock*
  switch_to cpu_switch_to switch_to_* resume schedule schedule_timeout* schedule_hrtimeout* schedule_preempt_disabled schedule_loop schedule_rtlock io_schedule* preempt_schedule*
  context_switch cond_resched* wait_for_completion* wait_for_common do_wait_for_common wait_on_bit* out_of_line_wait_on_bit*
  bit_wait* wait_on_page_* folio_wait_bit* folio_wait_* folio_lock* synchronize_rcu* synchronize_srcu* synchronize_net
  synchronize_sched wait_rcu_gp* rcu_barrier* rcu_sync_* synchronize_irq
  synchronize_hardirq prepare_to_wait* finish_wait wait_woken do_wait_intr* do_wait_event* swait_* io_wait_* wait_on_buffer sleep_on_page* lock_page*
  msleep* usleep_range* fsleep ssleep rwbase_* rt_mutex* rtmutex_* rt_write_* rt_read_* call_rwsem_* do_semaphore_* mutex_optimistic_spin
  cancel_work* cancel_delayed_work* flush_work* flush_delayed_work flush_workqueue* drain_workqueue destroy_workqueue try_to_grab_pending
  work_grab_pending kthread_stop* kthread_park kthread_flush_work* kthread_cancel_work* start_flush_work blk_wait_io submit_bio_wait
  kmem_cache_alloc* kmem_cache_free* kmem_cache_destroy* kmem_cache_shutdown kfree kfree_sensitive kfree_const kvfree kvfree_* vfree vfree_atomic kmalloc kmalloc_noprof
  kmalloc_node* kmalloc_track_caller* kmalloc_large* kmalloc_cache* kmalloc_trace* kmalloc_order* do_kmalloc_node kzalloc*
  krealloc* do_krealloc kvmalloc_node* kvmalloc kvrealloc* vmalloc vmalloc_noprof vmalloc_node* vzalloc* slab_alloc* slab_free*
  slab_post_alloc_hook do_slab_free cache_free free_to_partial_list deactivate_slab
  get_page_from_freelist alloc_pages* alloc_frozen_pages* folio_alloc* prep_new_page post_alloc_hook get_free_pages* rmqueue*
  free_unref_* free_pages* free_frozen_pages* free_page_is_bad* free_tail_page_prepare check_new_page* free_the_page
  folio_put folios_put_refs release_pages put_page free_page_and_swap_cache free_pages_and_swap_cache
  smp_call_function* on_each_cpu* csd_lock_wait* cpu_relax delay_tsc delay_halt* const_udelay udelay native_halt
  simple_copy_to_iter lock_sock* release_sock* skb_panic skb_over_panic skb_under_panic skb_put skb_push skb_trim queue_work* queue_delayed_work*
  insert_work work_is_static_object xa_* xas_* mas_* mtree_* radix_tree_* rb_erase* rb_insert_color idr_* ida_* copy_to_iter*
  copy_from_iter* iov_iter_* flush_work* copy_page_to_iter* copy_page_from_iter* copy_folio_* copyin copyout
  read_word_at_a_time read_once* write_once* get_unaligned* put_unaligned* strncpy_from_user strnlen_user memdup_user* vmemdup_user kmemdup* kstrdup* kstrndup*
  kvmemdup* kcalloc* kvcalloc* kvzalloc* vmalloc_area_node* allocate_slab new_slab slab_pre_alloc_hook create_object pcpu_alloc* alloc_percpu*
  page_frag_alloc* alloc_page_frag netdev_alloc_frag* napi_alloc_frag* alloc_skb* netdev_alloc_skb* napi_alloc_skb* cache_alloc_refill
  free_compound_page put_compound_page page_frag_free flush_tlb_* native_flush_tlb_*
  string string_nocheck pointer vsnprintf snprintf scnprintf vscnprintf sprintf vsprintf kasprintf kvasprintf* vprintk* printk va_format
  dev_printk* dev_vprintk_emit dev_info dev_notice dev_warn dev_err hex_dump_to_buffer print_hex_dump*
  list_replace* list_splice* rb_next rb_prev rb_first* rb_last* klist_* x86_indirect_thunk* read_trylock* write_trylock* osq_lock osq_unlock owner_on_cpu
  wake_up wake_up_all wake_up_bit wake_up_common* wake_up_sync* wake_up_locked* complete complete_all lock_timer_base timer_is_static_object
  ref_tracker_* seqprop_assert kobject_del kobject_uevent* add_uevent_var iput iput_final ihold dput fast_dput drop_nlink inc_nlink
  unlock_page folio_unlock filemap_alloc_folio filemap_get_folio* pagecache_get_page find_or_create_page do_read_cache_* skb_pull*
  vunmap remove_vm_area raw_readb raw_readw raw_readl raw_readq raw_writeb raw_writew raw_writel raw_writeq readb readw readl readq writeb writew writel writeq
  crc32* crc16 crc_itu_t debug_dma_* check_unmap check_sync del_timer* timer_delete* add_timer* mod_timer* sysfs_create_dir* kobject_add* create_dir
`)

/** Functions by which every system call, interrupt and thread begins. */
const entries = words(`
  do_syscall_* entry_* x64_sys_* ia32_sys_* do_sys_* se_sys_* ret_from_fork* kthread worker_thread process_one_work
  process_scheduled_works do_idle cpu_startup_entry start_secondary secondary_startup_* rest_init start_kernel common_interrupt
  irq_exit* do_softirq* handle_softirqs* el0_* el0t_* invoke_syscall do_el0_svc smpboot_thread_fn system_call_* do_system_call syscall_exit* ret_from_kernel_user_thread ret_from_kernel_thread ret_fast_syscall
`)

function words(list: string): readonly [names: ReadonlySet<string>, beginnings: readonly string[]] {
  const all = list.trim().split(/\s+/)
  const beginnings = all.filter((word) => word.endsWith('*')).map((word) => word.slice(0, -1))
  return [new Set(all.filter((word) => !word.endsWith('*'))), beginnings]
}

function isAmong(name: string, [names, beginnings]: ReturnType<typeof words>): boolean {
  const bare = name.replace(/^_+/, '')
  return names.has(bare) || beginnings.some((beginning) => bare.startsWith(beginning))
}

/** Whether a function is never guilty. */
export function isHelper(name: string): boolean {
  return isAmong(name, reporters) || isAmong(name, helpers) || rustPanic.test(name)
}

/** Whether a function tells how the kernel was entered, and not what it was doing. */
export function isEntry(name: string): boolean {
  return isAmong(name, entries)
}

/** Finds the guilty function. `named` is the function in the text of the splat; when it is a helper, its caller is guilty. */
export function guiltyFunction(named: string | undefined, trace: readonly TraceFrame[]): string | undefined {
  if (named !== undefined && !isHelper(named)) return named
  // A log that was not symbolised has no inlined functions: the title must not depend on that.
  const sure = trace.filter(({ isDoubtful, isInlined }) => isDoubtful !== true && isInlined !== true)
  const start = sure.findIndex((frame) => frame.function === named)
  const later = sure.slice(start + 1).find((frame) => !isHelper(frame.function))
  // In a trace that was cut short, the last function is the farthest from those that print.
  return later?.function ?? named ?? sure.at(-1)?.function
}
