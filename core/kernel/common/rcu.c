/*
 * RCU. A reader is known by its CPU: it is counted there, and does not sleep. A grace period waits, CPU after CPU, until each
 * has been seen outside all read sides once: whoever begins after that was seen can't have met what was taken away before.
 */
int rcu_nesting[NR_CPUS];

void rcu_read_lock(void)
{
	int *nesting = &rcu_nesting[smp_processor_id()];

	WRITE_ONCE(*nesting, READ_ONCE(*nesting) + 1);
	smp_mb();
}

void rcu_read_unlock(void)
{
	int *nesting = &rcu_nesting[smp_processor_id()];

	smp_store_release(nesting, READ_ONCE(*nesting) - 1);
}

#define rcu_dereference(p) smp_load_acquire(&(p))
#define rcu_assign_pointer(p, v) smp_store_release(&(p), v)

/* Not in a read side, and not with interrupts off: it may have to wait for an interrupted reader. */
void synchronize_rcu(void)
{
	int cpu;

	smp_mb();
	for (cpu = 0; cpu < num_cpus() && cpu < NR_CPUS; cpu++)
		await(rcu_nesting[cpu] == 0);
}
