/* Measured sequences: each operation ends before the next begins. The row is put into seq_ops before the first step. */

KIND(sequential)

/* Operations of one row. */
#define SEQ_LENGTH 128

/* The runner knows an operation by its name: OP_ and what stands in the row. What is not here is not modelled. */
enum seq_code {
	OP_END, OP_MAP, OP_MAPSHM, OP_MAPFILE, OP_MAPFILERO, OP_MAPFILESH, OP_W, OP_WALL, OP_TOUCH, OP_R, OP_ST,
	OP_FORK, OP_EXIT, OP_UNMAP, OP_DONTNEED, OP_DONTFORK, OP_WIPEFORK, OP_MPROT, OP_DRAIN, OP_VMS, OP_VMP, OP_VMC,
	OP_UREG, OP_URD, OP_UWR, OP_UUNREG, OP_GET, OP_PIN, OP_DMARD, OP_DMAWR, OP_PUT, OP_ODRD, OP_MEMW, OP_POKE,
	OP_SOFTDIRTY, OP_PAGEOUT, OP_FORKMANY, OP_VMSMANY, OP_SLEEP, OP_FILEREAD, OP_KSM,
#if NR_HUGE
	OP_MAPTHP,
#endif
	OP_UNMAPREST, OP_PTEMAP,
};

struct seq_op {
	int code;
	int process;  /* who does it */
	u64 a, b;
};

struct seq_op seq_ops[SEQ_LENGTH];
int seq_at;

void seq_map(int file, int prot, bool shared)
{
	if (file >= 0)
		mmap_file(SEQ_VA, seq_pages, file, prot, shared);
	else
		mmap(SEQ_VA, seq_pages);
}

/* The upper half of the region to and fro. */
void seq_ptemap(void)
{
	u64 half = SEQ_VA + seq_pages / 2 * PAGE_SIZE;

	if (seq_pages == 1)
		return;
	mprotect(half, seq_pages / 2, PROT_READ);
	mprotect(half, seq_pages / 2, PROT_READ | PROT_WRITE);
}

void seq_memory(struct seq_op *op)
{
	switch (op->code) {
#if NR_HUGE
	case OP_MAPTHP:
		mmap_thp(SEQ_VA);
		break;
#endif
	case OP_MAP:
		seq_map(-1, 0, false);
		break;
	case OP_MAPSHM:
		seq_map(DISK_FILE + 1, PROT_READ | PROT_WRITE, true);
		break;
	case OP_MAPFILE:
	case OP_MAPFILERO:
	case OP_MAPFILESH:
		for (int i = 0; i < seq_pages; i++)
			file_write(DISK_FILE, i, 'F');
		seq_map(DISK_FILE, op->code == OP_MAPFILERO ? PROT_READ : PROT_READ | PROT_WRITE, op->code == OP_MAPFILESH);
		break;
	case OP_W:
		seq_fill(op->a, 1);
		break;
	case OP_WALL:
		seq_fill(op->a, seq_pages);
		break;
	case OP_TOUCH:
		seq_read(false);
		break;
	case OP_R:
		seq_read(true);
		break;
	case OP_ST:
		seq_state();
		break;
	case OP_UNMAP:
		munmap(SEQ_VA, seq_pages);
		break;
	case OP_UNMAPREST:
		if (seq_pages > 1)
			munmap(SEQ_VA + PAGE_SIZE, seq_pages - 1);
		break;
	case OP_PTEMAP:
		seq_ptemap();
		break;
	case OP_DONTNEED:
		madvise(SEQ_VA, seq_pages, MADV_DONTNEED);
		break;
	case OP_DONTFORK:
		madvise(SEQ_VA, seq_pages, MADV_DONTFORK);
		break;
	case OP_WIPEFORK:
		madvise(SEQ_VA, seq_pages, MADV_WIPEONFORK);
		break;
	case OP_MPROT:
		if (mprotect(SEQ_VA, seq_pages, op->a))
			seq_fail(ENOMEM);
		break;
	case OP_SOFTDIRTY:
		clear_refs(SEQ_VA, seq_pages);
		break;
	case OP_PAGEOUT:
		seq_pageout_told();
		break;
#if KSM
	case OP_KSM:
		observe("merged", seq_ksm());
		break;
#endif
	case OP_DRAIN:
		user_drain();
		break;
	case OP_FILEREAD:
		observe("value", file_read(DISK_FILE, 0));
		break;
	}
}

void seq_processes(struct seq_op *op)
{
	switch (op->code) {
	case OP_FORK:
		seq_fork(op->a);
		break;
	case OP_FORKMANY:
		for (u64 i = 0; i < op->a; i++) {
			fork(seq_many);
			seq_many++;
		}
		/* The pages that so many use at once fill the batch. */
		lru_add_drain();
		break;
	case OP_EXIT:
		seq_exit();
		break;
	case OP_MEMW:
		seq_write_through(current_process(), FOLL_GET | FOLL_WRITE | FOLL_FORCE, false, op->a, EIO);
		break;
	case OP_POKE:
		seq_write_through(op->b, FOLL_GET | FOLL_WRITE | FOLL_FORCE, false, op->a, EIO);
		break;
	}
}

void seq_references(struct seq_op *op)
{
	switch (op->code) {
	case OP_VMS:
		seq_vmsplice(op->a, 1);
		break;
	case OP_VMSMANY:
		seq_vmsplice(SEQ_SLOTS - 1, op->a);
		break;
	case OP_VMP:
		seq_pipe_read(op->a);
		break;
	case OP_VMC:
		seq_give_back(&seq_pipe[op->a]);
		break;
	case OP_UREG:
		seq_register();
		break;
	case OP_URD:
		seq_ring(true, op->a);
		break;
	case OP_UWR:
		seq_ring(false, 0);
		break;
	case OP_UUNREG:
		seq_unregister();
		break;
	case OP_GET:
		seq_get(op->a, FOLL_GET | (op->b & ~(1ul << 63)), op->b >> 63);
		break;
	case OP_PIN:
		seq_get(op->a, FOLL_PIN | (op->b & ~(1ul << 63)), op->b >> 63);
		break;
	case OP_DMARD:
		seq_device(op->a, false, 0);
		break;
	case OP_DMAWR:
		seq_device(op->a, true, op->b);
		break;
	case OP_PUT:
		seq_put(op->a);
		break;
	case OP_ODRD:
		seq_write_through(current_process(), direct_io_flags() | FOLL_WRITE, true, op->a, EFAULT);
		break;
	}
}

void seq_step(void)
{
	struct seq_op *op = &seq_ops[seq_at];

	if (seq_at == 0)
		lru_cache_add_others(lru_batch_at_start());
	if (current_process() && !seq_began[current_process()]) {
		seq_began[current_process()] = true;
		child_begins();
	}
	seq_memory(op);
	seq_processes(op);
	seq_references(op);
	seq_appears();
	seq_at++;
}

#define SEQ_LOOP(me) for (;;) { await(seq_ops[seq_at].code != OP_END && seq_ops[seq_at].process == me); seq_step(); }

PROCESS(0) CPU(0) DAEMON void process0(void) { SEQ_LOOP(0) }
PROCESS(1) CPU(0) DAEMON void process1(void) { SEQ_LOOP(1) }
PROCESS(2) CPU(0) DAEMON void process2(void) { SEQ_LOOP(2) }
PROCESS(3) CPU(0) DAEMON void process3(void) { SEQ_LOOP(3) }
PROCESS(4) CPU(0) DAEMON void process4(void) { SEQ_LOOP(4) }
PROCESS(5) CPU(0) DAEMON void process5(void) { SEQ_LOOP(5) }
PROCESS(6) CPU(0) DAEMON void process6(void) { SEQ_LOOP(6) }
PROCESS(7) CPU(0) DAEMON void process7(void) { SEQ_LOOP(7) }
