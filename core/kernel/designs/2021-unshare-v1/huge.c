/*
 * Huge pages: the map count is spread over several counters, and GUP reads them with no lock at all. So who moves mappings from one
 * counter to another makes a sequence count odd meanwhile, and readers try again. Writers keep interrupts off: a reader in an
 * interrupt on their own CPU would wait for them for ever.
 */

SWITCH(THP_SEQCOUNT, 1, "the map counts of a huge page are read and moved under a sequence count")
SWITCH(THP_SEQ_IRQ_OFF, 1, "who moves map counts of a huge page keeps interrupts off meanwhile")

#if NR_HUGE

/* By huge frame. */
u64 thp_mapcount_seq[NR_HUGE];
int thp_mapcount_lock[NR_HUGE];

int huge_frame(struct page *page)
{
	return (page_index(page) - NR_FRAMES) / SUBPAGES;
}

void split_map_counts(struct page *head)
{
	u64 flags = 0;
	int n = huge_frame(head);

	if (THP_SEQCOUNT) {
		if (THP_SEQ_IRQ_OFF)
			flags = local_irq_save();
		spin_lock(&thp_mapcount_lock[n]);
		raw_write_seqcount_begin(&thp_mapcount_seq[n]);
	}
	for (int i = 0; i < SUBPAGES; i++)
		atomic_inc(&head[i].mapcount);
	if (atomic_read(&head->entire_mapcount) > 1 && !test_and_set_bit(PG_double_map, &head->flags))
		for (int i = 0; i < SUBPAGES; i++)
			atomic_inc(&head[i].mapcount);
	if (atomic_dec_return(&head->entire_mapcount) == 0)
		clear_double_map(head);
	if (THP_SEQCOUNT) {
		raw_write_seqcount_end(&thp_mapcount_seq[n]);
		spin_unlock(&thp_mapcount_lock[n]);
		if (THP_SEQ_IRQ_OFF)
			local_irq_restore(flags);
	}
}

/* A huge page is shared if any page of it is. */
bool gup_must_unshare_huge(struct vm_area_struct *vma, struct page *head, u64 gup_flags)
{
	if ((gup_flags & FOLL_WRITE) || !PageAnon(head))
		return false;
	return thp_mapcount_lockless(head) > 1;
}

int thp_mapcount_lockless(struct page *head)
{
	int n = huge_frame(head);
	int count;
	u64 seq;

	if (!THP_SEQCOUNT)
		return page_trans_huge_mapcount(head);
	do {
		seq = read_seqcount_begin(&thp_mapcount_seq[n]);
		count = page_trans_huge_mapcount(head);
	} while (read_seqcount_retry(&thp_mapcount_seq[n], seq));
	return count;
}

#endif
