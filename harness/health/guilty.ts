// Which function of a trace a complaint is about: the first that is neither part of the report nor a helper that
// everybody calls.
import type { TraceFrame } from './frames.ts'

/** What makes a report, and what a trap goes through before it is reported. */
const reporters = [
  /^(?:dump_stack|dump_backtrace|panic_bad_stack|handle_bad_stack|__bad_stack|print_bad_pte|show_stack|show_regs|dump_trace|print_report|print_address_description|report_bug|handle_bug|fixup_bug)/,
  /^(?:__warn|warn_slowpath|__WARN_trap|panic$|vpanic$|nmi_panic|check_panic_on_warn|die|__die|oops_end|__report_bug)/,
  /^(?:exc_|asm_exc_|asm_common_interrupt|asm_sysvec_|sysvec_|do_trap|do_error_trap|do_invalid_op|handle_invalid_op)/,
  /^(?:no_context|bad_area|__bad_area|page_fault_oops|kernelmode_fixup_or_oops|do_user_addr_fault|do_kern_addr_fault)/,
  /^(?:die_kernel_fault|do_mem_abort|do_translation_fault|do_page_fault|__do_kernel_fault|el[01]h?_|el1t_|vectors$)/,
  /^(?:nmi_|trigger_|arch_trigger_|perf_event_nmi|watchdog_|native_smp_send_|smp_send_reschedule|__perf_event_overflow|default_do_nmi|end_repeat_nmi)/,
  /^(?:kasan_|__kasan_|__asan_|__hwasan_|check_region_inline|check_memory_region|kcsan_|__kcsan_|__tsan_)/,
  /^(?:kmsan_|__kmsan_|__msan_|kfence_|__kfence_|ubsan_|__ubsan_|handle_overflow|bug_)/,
  /^(?:lockdep_|__lock_acquire|lock_acquire|lock_release|__lock_release|lock_is_held|lock_set_|lock_downgrade)/,
  /^(?:check_noncircular|check_prev_add|check_prevs_add|check_deadlock|check_usage|check_irq_usage|check_wait_context)/,
  /^(?:validate_chain|mark_lock|mark_usage|mark_held_locks|valid_state|register_lock_class|assign_lock_key)/,
  /^(?:check_chain_key|check_redundant|add_chain_|reacquire_held|find_held_lock|match_held_lock)/,
  /^(?:print_(?:circular|deadlock|usage|irq|bad|lock|unlock|chain|freed|held|kernel|cpu|other|task)|debug_locks_off)/,
  /^(?:debug_check_no_locks|debug_show_|debug_print_object|debug_object_|__debug_object_|debug_check_no_obj)/,
  /^(?:__debug_check_no_obj|__might_|___might_|might_|__schedule_bug|__cant_|spin_bug|rwlock_bug|check_preemption_dis)/,
  /^(?:debug_smp_processor_id|__this_cpu_preempt_check|rcu_dump_cpu|rcu_check_|check_cpu_stall|print_other_cpu_stall)/,
  /^(?:rcu_sched_clock_irq|rcu_note_context_switch|dequeue_task_idle|rcu_pending|update_process_times|tick_|sched_show_task|dump_cpu_task|__hrtimer_|hrtimer_)/,
  /^(?:bad_page|dump_page|object_err|slab_bug|__slab_bug|slab_err|__slab_err|check_object|check_slab|check_bytes)/,
  /^(?:print_trailer|slab_fix|free_debug_|alloc_debug_|free_consistency|alloc_consistency|slab_pad_check)/,
  /^(?:warn_alloc|dump_header|__report_bad_irq|note_interrupt|oom_kill_process|__oom_kill_process|warn_bogus)/,
  /^(?:should_fail|fail_dump|__should_fail|fault_|fortify_panic|__fortify_|usercopy_abort|__check_heap_object)/,
  /^(?:check_heap_object|__check_object_size|__virt_addr_valid|__stack_chk_fail|list_debug|report_cfi_failure)/,
]

/** What everybody calls: a wrong argument is the caller's. */
const helpers = [
  /^(?:__)?(?:memcpy|memset|memmove|memcmp|memchr|memscan|strlen|strcpy|strncpy|strlcpy|strscpy|strcmp|strncmp|strcat|strchr|strstr|strnlen)/,
  /^(?:copy_(?:from|to|page)|_copy_|__copy_|raw_copy_|copy_user|rep_|clear_page|clear_user|__clear_user|instrument_)/,
  /^(?:__get_user|__put_user|get_user|put_user|__list_(?:add|del)|list_(?:add|del|move)|__hlist_|hlist_|llist_)/,
  /^(?:refcount_|__refcount_|kref_|atomic(?:64)?_|arch_atomic|raw_atomic|__arch_|percpu_ref_)/,
  /^(?:_raw_|__raw_|do_raw_|queued_|native_queued_|__pv_queued|pv_|arch_spin|spin_lock|spin_unlock|read_lock|write_lock)/,
  /^(?:mutex_|__mutex_|ww_mutex_|rt_mutex_|__rt_mutex|rt_spin|down_|__down_|up_read|up_write|rwsem_|__rwsem|__up_)/,
  /^(?:__schedule|schedule$|schedule_|preempt_schedule|io_schedule|wait_for_|__wait_for_|do_wait_for_|wait_on_)/,
  /^(?:out_of_line_wait|__wait_on_|bit_wait|synchronize_|__synchronize_|rcu_barrier$|wait_rcu_gp|__wait_rcu_gp)/,
  /^(?:folio_wait_|__folio_lock|folio_lock|percpu_down|percpu_rwsem|__percpu_down|context_switch|__cond_resched)/,
  /^(?:kmem_cache_|__kmem_cache_|kfree|kvfree|vfree|__vfree|kmalloc|__kmalloc|kzalloc|krealloc|__do_krealloc|kvmalloc)/,
  /^(?:__kvmalloc|slab_|__slab_|___slab_|___kmalloc|do_slab_free|free_to_partial|deactivate_slab|__do_kmalloc|___cache_free|vmalloc|__vmalloc)/,
  /^(?:get_page_from_freelist|__alloc_pages|alloc_pages|__alloc_frozen|alloc_frozen|__folio_alloc|folio_alloc|prep_new_page|post_alloc)/,
  /^(?:free_unref_|__free_pages|free_pages|free_frozen|__free_frozen|free_page_is_bad|free_tail_page|check_new_page|rmqueue)/,
  /^(?:__folio_put|folio_put|folios_put|release_pages|free_page_and|free_pages_and|put_page|__put_page|free_the_page|get_free_pages)/,
  /^(?:smp_call_function|on_each_cpu|flush_work|__flush_work|csd_lock|cpu_relax|delay_|__delay|__const_udelay|native_halt)/,
  /^(?:sysfs_warn_dup|sysfs_create_dir|kobject_add|create_dir$|debug_dma|check_unmap|check_sync|del_timer|timer_delete|__timer_delete|add_timer|mod_timer|__mod_timer)/,
]

/** What every system call, interrupt and thread begins with. */
const entries =
  /^(?:do_syscall_|entry_|x64_sys_|__x64_sys_|__do_sys_|__se_sys_|__ia32_|ret_from_fork|kthread$|worker_thread|process_one_work|process_scheduled_works|do_idle|cpu_startup|start_secondary|secondary_startup|rest_init|start_kernel|common_interrupt|irq_exit|__irq_exit|do_softirq|__do_softirq|handle_softirqs|el0|invoke_syscall|do_el0|smpboot_thread)/

/** Whether a complaint is never about this function. */
export function isHelper(name: string): boolean {
  return reporters.some((pattern) => pattern.test(name)) || helpers.some((pattern) => pattern.test(name))
}

/** Whether the function says how the kernel was entered, and not what it does. */
export function isEntry(name: string): boolean {
  return entries.test(name)
}

/**
 * The function that the complaint is about. `named` is the one that the report itself names; of a helper, it is the
 * caller.
 */
export function guiltyFunction(named: string | undefined, trace: readonly TraceFrame[]): string | undefined {
  if (named !== undefined && !isHelper(named)) return named
  const start = trace.findIndex((frame) => frame.function === named)
  const later = trace.slice(start + 1).find((frame) => !isHelper(frame.function))
  return later?.function ?? named ?? trace[0]?.function
}
