/* Waiting for something that another task brings about, and barriers that tests put between their tasks. */

struct completion {
	u32 done;
};

#define COMPLETION_ALL 0xffffffff

void complete(struct completion *x)
{
	atomic_add_unless(&x->done, 1, COMPLETION_ALL);
}

/* For all who wait now or later. */
void complete_all(struct completion *x)
{
	smp_store_release(&x->done, COMPLETION_ALL);
}

void reinit_completion(struct completion *x)
{
	WRITE_ONCE(x->done, 0);
}

/* Sleeps until it is complete; each complete() lets one waiter go. */
void wait_for_completion(struct completion *x)
{
	atomic {
		await(x->done);
		if (x->done != COMPLETION_ALL)
			x->done--;
	}
}

bool try_wait_for_completion(struct completion *x)
{
	bool got = false;

	atomic {
		if (x->done) {
			got = true;
			if (x->done != COMPLETION_ALL)
				x->done--;
		}
	}
	return got;
}

int test_barrier_here, test_barrier_round;

/* Tasks of a test meet: nobody goes on before n tasks have come. */
void test_barrier(int n)
{
	int round;

	atomic {
		round = test_barrier_round;
		test_barrier_here++;
		if (test_barrier_here >= n) {
			test_barrier_here = 0;
			test_barrier_round = !round;
		}
	}
	await(test_barrier_round != round);
}
