/*
 * 5.19-anon-exclusive: the exclusive bit as it first came.
 *
 * As 6.1, but the bit is taken away from a page without barriers: reclaim takes the entry out and flushes the TLBs, and since the
 * flush sends interrupts, which fast GUP holds off while it walks, no fast GUP can be half-way through when the flush is done.
 * That is true where a flush needs interrupts. On machines that flush remotely by hardware, or where page tables are freed by RCU,
 * fast GUP is not waited for; 6.1 therefore has the barriers. Nor does fast GUP look at the level above again.
 * Promises: as 6.1. Commits: 78fbe906cc90, 6c287605fd56, a7f226604170, 1493a1913e34.
 */

BASE("6.1-anon-exclusive")
TITLE("5.19: PG_anon_exclusive, guarded by the TLB flush")
STORY("As 6.1, but fast GUP is kept out by the interrupts of the TLB flush instead of by barriers.")
ORIGIN("78fbe906cc90, 6c287605fd56, c89357e27f20, a7f226604170, 1493a1913e34")
SWITCH(SHARE_FLUSH, 1, "when reclaim takes the bit away: flush the TLBs at once, so that the interrupts keep fast GUP out (5.19)")
SWITCH(SHARE_BARRIER_1, 0, "when the bit is taken away: a full barrier between taking the entry out and looking for pins")
SWITCH(SHARE_BARRIER_2, 0, "when the bit is taken away: a full barrier between clearing the bit and writing the entry")
SWITCH(GUP_BARRIER_1, 0, "fast GUP: a full barrier between the pin and reading the entry again")
SWITCH(GUP_BARRIER_2, 0, "fast GUP: a read barrier between reading the entry again and reading the bit")
SWITCH(GUP_PMD_RECHECK, 0, "fast GUP reads the entry of the level above again too")
SWITCH(FORCE_EXCLUSIVE, 0, "a forced write goes to an exclusive page only, whatever its call remembers (6.0, commit 5535be309971)")
