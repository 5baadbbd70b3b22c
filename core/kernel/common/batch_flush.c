/* Flushes that reclaim has put off: whoever finds nothing to do in a table must not return before they are done. WITH(BATCH_FLUSH) */

SWITCH(FLUSH_BATCHED_PENDING, 1, "mprotect flushes what reclaim has taken out and not flushed yet (commit 3ea277194daa)")

#if BATCH_FLUSH

void flush_tlb_batched_pending(struct mm_struct *mm)
{
	if (FLUSH_BATCHED_PENDING && READ_ONCE(mm->tlb_flush_batched)) {
		flush_tlb_mm(mm);
		WRITE_ONCE(mm->tlb_flush_batched, 0);
	}
}

#endif
