// SPDX-License-Identifier: MIT
/* Memory as the host sees it. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

static __thread sigjmp_buf fault_return;

/* The last signal of this thread, and what the kernel told about it. */
static __thread volatile siginfo_t last_fault;

static void on_fault(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	last_fault = *info;
	siglongjmp(fault_return, 1);
}

static int fault_end(void)
{
	return last_fault.si_signo == SIGBUS ? SIGNAL_BUS : SIGNAL_SEGV;
}

/* The offset of the fault in a mapping; 0 without a fault. */
static unsigned long fault_offset(const unsigned char *mapping)
{
	return last_fault.si_signo ?
		       (unsigned char *)last_fault.si_addr - mapping :
		       0;
}

/* How much memory a memory error has lost, as a binary logarithm. */
static int fault_bits(void)
{
	bool failed = last_fault.si_code == BUS_MCEERR_AR ||
		      last_fault.si_code == BUS_MCEERR_AO;

	return last_fault.si_signo == SIGBUS && failed ?
		       last_fault.si_addr_lsb :
		       0;
}

static void catch_faults(void)
{
	struct sigaction action = { .sa_sigaction = on_fault,
				    .sa_flags = SA_NODEFER | SA_SIGINFO };

	last_fault.si_signo = 0;
	last_fault.si_code = 0;

	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
}

static int map_file(void *place, int fd, unsigned long offset,
		    unsigned long length, int protection, int flags,
		    unsigned char **mapping)
{
	void *found = mmap(place, length, protection, flags, fd, offset);

	if (found == MAP_FAILED)
		return errno;
	*mapping = found;
	return 0;
}

static int unmap(unsigned char *start, unsigned long length)
{
	return munmap(start, length) ? errno : 0;
}

static int host_fill(unsigned char *start, unsigned long size, int by_page,
		     __u64 value)
{
	volatile __u64 *words = (volatile __u64 *)start;
	volatile unsigned long at;

	catch_faults();
	if (sigsetjmp(fault_return, 0))
		return fault_end();
	for (at = 0; at < size; at += 8)
		words[at / 8] = pattern_word(by_page, value, at / PAGE);
	return 0;
}

/* The words that differ are counted in host_mismatches. */
static unsigned long host_mismatches;

static int host_verify(unsigned char *start, unsigned long size, int by_page,
		       __u64 value)
{
	volatile __u64 *words = (volatile __u64 *)start;
	volatile unsigned long at;

	catch_faults();
	host_mismatches = 0;
	if (sigsetjmp(fault_return, 0))
		return fault_end();
	for (at = 0; at < size; at += 8)
		host_mismatches += words[at / 8] !=
				   pattern_word(by_page, value, at / PAGE);
	return 0;
}

static int host_write(unsigned char *start, const void *bytes,
		      unsigned long size)
{
	volatile unsigned long at;

	catch_faults();
	if (sigsetjmp(fault_return, 0))
		return fault_end();
	for (at = 0; at < size; at++)
		((volatile unsigned char *)start)[at] =
			((const unsigned char *)bytes)[at];
	return 0;
}

static int host_read(unsigned char *start, unsigned long size)
{
	volatile unsigned long at;

	catch_faults();
	if (sigsetjmp(fault_return, 0))
		return fault_end();
	for (at = 0; at < size; at++)
		(void)((volatile unsigned char *)start)[at];
	return 0;
}

static int host_scan(unsigned char *start, unsigned long pages, short *looks)
{
	volatile unsigned long page;
	short look;

	catch_faults();
	for (page = 0; page < pages; page++) {
		if (sigsetjmp(fault_return, 0))
			look = last_fault.si_signo == SIGBUS ? BUS : SEGV;
		else
			look = look_at((__u64 *)(start + page * PAGE));
		if (looks)
			looks[page] = look;
	}
	return 0;
}

static int advise_pages(unsigned char *start, unsigned long length, int advice)
{
	catch_faults();
	if (sigsetjmp(fault_return, 0))
		return fault_end();
	if (madvise(start, length, advice) == 0)
		return 0;
	if (advice == MADV_HWPOISON && (errno == EINVAL || errno == EPERM))
		skip("cannot make memory fail: %s", strerror(errno));
	return errno;
}

static int protect_pages(unsigned char *start, unsigned long length,
			 int protection)
{
	return mprotect(start, length, protection) ? errno : 0;
}

static int lock_pages(unsigned char *start, unsigned long length)
{
	return mlock(start, length) ? errno : 0;
}

static int lock_on_fault(unsigned char *start, unsigned long length)
{
	return mlock2(start, length, MLOCK_ONFAULT) ? errno : 0;
}

static int unlock_pages(unsigned char *start, unsigned long length)
{
	return munlock(start, length) ? errno : 0;
}
