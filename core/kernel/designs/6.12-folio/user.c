/* What users have since, and what is refused. */

bool io_uring_takes_files(void)
{
	return true;
}

u64 direct_io_flags(void)
{
	return FOLL_PIN;
}

/* A device that writes for a long time to a page of a disk's file, unseen by the file system: not since 6.5. */
bool gup_longterm_allowed(struct vm_area_struct *vma, u64 gup_flags)
{
	u64 all = FOLL_PIN | FOLL_LONGTERM | FOLL_WRITE;

	if ((gup_flags & all) != all)
		return true;
	atomic {
		return !((vma->flags & VM_SHARED) && vma->file == DISK_FILE + 1);
	}
}

/* Generations of pages have taken the place of that. */
void mark_page_accessed(struct page *page)
{
}
