/* Translations that CPUs may still cache, and how they are got rid of. */

enum { TLB_VECTOR = 32 };

/* What CPU `from` asks CPU `to` to drop: a page's address with bit 0 set, ALL, NOTHING (only to be interrupted); 0 is no request. */
enum { FLUSH_ALL = 2, FLUSH_NOTHING = 4 };
u64 flush_request[NR_CPUS][NR_CPUS];

SWITCH(FLUSH_OTHERS, 1, "a flush reaches other CPUs too, not only the one that asks for it")
SWITCH(BROADCAST_FLUSH, 0, "the hardware flushes other CPUs' TLBs without interrupting them (AMD INVLPGB, arm64)")

/* The address space a CPU works in, plus one; 0: none yet. */
int loaded_mm[NR_CPUS];

/* A task of another process goes on on this CPU. */
void switch_mm(int process)
{
	int cpu = smp_processor_id();
	if (READ_ONCE(loaded_mm[cpu]) == process + 1)
		return;
	/* One step: a flusher that reads the mask before it sends nothing, but then the load of CR3 comes after its write to the table. */
	atomic {
		/* The kernel's own set-up runs before there is any address space. */
		if (mms[process].pgd == 0)
			return;
		int last = loaded_mm[cpu];
		if (last)
			mms[last - 1].cpumask &= ~(1ul << cpu);
		mms[process].cpumask |= 1ul << cpu;
		loaded_mm[cpu] = process + 1;
		mov_cr3(mms[process].pgd);
	}
}

void flush_local(u64 request)
{
	if (request == FLUSH_ALL)
		flush_tlb_local();
	else if (!PT_FREE || request != FLUSH_NOTHING)
		invlpg(request & ~1ul);
}

/*
 * Drops `request` on every CPU that works in `mm`, and waits until that is done. Each request word is read by its target only
 * after the interrupt, so that writing it and sending the interrupt are one step.
 */
void flush_tlb_cpus(struct mm_struct *mm, u64 request)
{
	int self = smp_processor_id();

	if (BROADCAST_FLUSH) {
		if (request != FLUSH_ALL) {
			broadcast_invlpg(request & ~1ul);
			return;
		}
		/* Every page that there can be. */
		for (u64 region = 0; region < (NR_HUGE ? FRAME_WORDS : 1); region++)
			for (u64 page = 0; page < FRAME_WORDS; page++)
				broadcast_invlpg((region << PMD_SHIFT) | (page << PAGE_SHIFT));
		return;
	}
#if LAZY_TLB
	atomic_inc(&mm->tlb_gen);
	u64 mask = READ_ONCE(mm->cpumask) & ~READ_ONCE(lazy_cpus);
#else
	u64 mask = READ_ONCE(mm->cpumask);
#endif

	if (mask & (1ul << self))
		flush_local(request);
	if (!FLUSH_OTHERS)
		return;
	for (int cpu = 0; cpu < NR_CPUS; cpu++) {
		if (cpu == self || !(mask & (1ul << cpu)))
			continue;
		atomic {
			flush_request[self][cpu] = request;
			send_ipi(cpu, TLB_VECTOR);
		}
	}
	for (int cpu = 0; cpu < NR_CPUS; cpu++) {
		if (cpu != self && (mask & (1ul << cpu)))
			await(flush_request[self][cpu] == 0);
	}
}

/* All pages, or `pages` of them at one translation. When it returns, no CPU uses what it cached of them before. (Hardware needs no judge.) */
void flush_tlb_range(struct mm_struct *mm, u64 va, u64 pages)
{
	ghost_mark_flush(mm_number(mm), va, BROADCAST_FLUSH ? 0 : pages);
	flush_tlb_cpus(mm, pages == ~0ul ? FLUSH_ALL : va | 1);
	ghost_flush_done();
}

void flush_tlb_page(struct mm_struct *mm, u64 va)
{
	flush_tlb_range(mm, va, 1);
}

/* All of a huge page: one translation, or one for each page of it. */
void flush_tlb_huge(struct mm_struct *mm, u64 va)
{
	flush_tlb_range(mm, va, SUBPAGES);
}

void flush_tlb_mm(struct mm_struct *mm)
{
	flush_tlb_range(mm, 0, ~0ul);
}

/* An interrupt that is none of the kernel's: a scenario may say what it does. */
void other_interrupt(int vector)
{
}

/*
 * The interrupt. Dropping the translations and saying so are one step: the sender alone waits for the answer, and this CPU
 * does nothing in between.
 */
void do_interrupt(int vector)
{
	int self = smp_processor_id();
	if (vector != TLB_VECTOR) {
		other_interrupt(vector);
		return;
	}
	for (int from = 0; from < NR_CPUS; from++) {
		atomic {
			u64 request = flush_request[from][self];
			if (request) {
				flush_local(request);
				flush_request[from][self] = 0;
			}
		}
	}
}
