/*
 * A queue between CPUs and a device: CPUs put requests in, the device takes them out and carries them out on the frame of a
 * reference, untranslated, one word a step. A full queue lets its users wait.
 */
#define DMA_QUEUE_LENGTH 2

struct dma_request {
	u32 ref;
	u32 word;
	bool to_memory;
	u64 value;
};

struct dma_queue {
	int lock;
	u32 submitted, taken, finished;
	struct dma_request ring[DMA_QUEUE_LENGTH];
};

struct dma_queue dma_queue;

static void dma_queue_add(u32 ref, u32 word, bool to_memory, u64 value)
{
	struct dma_queue *q = &dma_queue;

	atomic {
		await(q->submitted - q->finished < DMA_QUEUE_LENGTH);
		struct dma_request *r = &q->ring[q->submitted % DMA_QUEUE_LENGTH];
		r->ref = ref;
		r->word = word;
		r->to_memory = to_memory;
		r->value = value;
		q->submitted++;
	}
}

/* The device writes `value` to a word of the referenced frame, some time. */
SYSCALL void io_submit_dma_write(int slot, int word, u64 value)
{
	dma_queue_add(slot, word, true, value);
}

/* The device reads a word of the referenced frame, some time. */
SYSCALL void io_submit_dma_read(int slot, int word)
{
	dma_queue_add(slot, word, false, 0);
}

/* Until the device has finished all that was put in so far. */
SYSCALL void io_wait_dma(void)
{
	u32 until = READ_ONCE(dma_queue.submitted);

	await((s32)(dma_queue.finished - until) >= 0);
}

/* What a device runs, for ever: DEVICE("disk") DAEMON void disk(void) { dma_device(); } */
void dma_device(void)
{
	struct dma_queue *q = &dma_queue;

	for (;;) {
		u32 ref, word;
		bool to_memory;
		u64 value;

		atomic {
			await(q->taken != q->submitted);
			struct dma_request *r = &q->ring[q->taken % DMA_QUEUE_LENGTH];
			ref = r->ref;
			word = r->word;
			to_memory = r->to_memory;
			value = r->value;
			q->taken++;
		}
		if (to_memory)
			dma_store(ref, word, value);
		else
			dma_load(ref, word);
		atomic_inc(&q->finished);
	}
}
