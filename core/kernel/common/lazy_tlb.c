/*
 * Lazy TLB: a CPU whose task sleeps keeps the address space loaded, in case the task comes back. Flushes do not interrupt it; it sees
 * by the count of flushes that it has missed some. WITH(LAZY_TLB)
 */

SWITCH(LAZY_TLB_GEN, 1, "a CPU that comes back from lazy TLB mode looks whether it has missed a flush (commit 145f573b89a6)")

#if LAZY_TLB

u64 lazy_cpus;
u64 seen_tlb_gen[NR_CPUS];  /* the count at this CPU's last flush of its own; flushes by interrupt are not noted, and cost one too many */

/* The task sleeps until *flag is set; its CPU idles meanwhile. */
SYSCALL void sleep_until(int *flag)
{
	struct mm_struct *mm = current_mm();
	int cpu = smp_processor_id();

	atomic_or(&lazy_cpus, 1ul << cpu);
	await(*flag);
	/* Seen by every flusher from here on; whoever has not seen it has counted before. */
	atomic_and(&lazy_cpus, ~(1ul << cpu));
	u64 gen = READ_ONCE(mm->tlb_gen);
	if (LAZY_TLB_GEN && gen != READ_ONCE(seen_tlb_gen[cpu])) {
		flush_tlb_local();
		WRITE_ONCE(seen_tlb_gen[cpu], gen);
	}
}

#endif
