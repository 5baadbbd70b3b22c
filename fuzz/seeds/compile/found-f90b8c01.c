TITLE("Selftest: vmsplice() and unmap in the child")
STORY("The child sad who else has a reference")
hen the parea pipe and qnmaps it; the parent writes; the child compares TITLE("A copy gives up the old page too early")
STORY("Parent and child share a page and both write. The parent(makeongs to one process alone; then the process forks. Both read it back and write. An entry that remembers the page as exclusive must forget that at the fork.")
KIND(race)
SOURCE("1493a1913e34 (5.19): the exclusive bit in swap entries, cleared by fork") the map count is zero. If that counts as one owner, the child reads the secret from its pipe.")
KIND(sequential)
SOURCE("David Hildenbrand, RFnt writes")
VARIANT(base, SWAPPED = 0, MPROTEadvise(A, 1, MADV_PAGEOUT);
}

PROCESS(0) CPU(0) voiCTd p =