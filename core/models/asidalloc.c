/*
 * How arm64 gives address-space identifiers (ASIDs) to tasks, against a TLB that caches whatever it may: CPUs that switch between
 * TASKS tasks, and somebody who unmaps pages. Known from arch/arm64/mm/context.c; the division into steps, the hardware and what must
 * hold are those of C. Marinas' TLA+ model (`asidalloc` in kernel-tla), so that the numbers of states can be compared with TLC's.
 *
 * Options: TASKS. To see what the parts are for: TLBI = 0 (unmap does not invalidate), LOCK = 0 (the slow path is not locked),
 * MARK = 0 (an ASID given away is not marked), FLUSH_TLB = 0 (a roll-over flushes no TLB).
 *
 * Everything a CPU keeps from step to step is a variable here, so that canon() can see it: procedures are steps with a place to go
 * back to. A local that is not in scope is NONE. An ASID with its generation is one byte: asid | generation << 2.
 */
enum { CPUS = 2, ASIDS = 4, GENERATIONS = 3, NONE = 255, EVERY_CPU = 3 };
enum { MAPPED, UNMAPPED, INVALIDATED };

/* page tables and TLB: of each task one page; tlb[t] has bit cpu * ASIDS + asid */
u8 pte[TASKS + 1], tlb[TASKS + 1];
/* mm->context.id */
u8 context_id[TASKS + 1];

u8 lock, generation = 1, asid_map, cur_idx = 1;

/* the steps of a context switch; names in capitals are places to go on from */
enum {
    SCHEDULE, SWITCH, COMPARE, EXCHANGE, ROLLED_OVER, SLOW_PATH, HAVE_CONTEXT, PENDING, SET_ACTIVE, FAST_PATH,
    NEW_CONTEXT, CHECKED, TAKE_SAME, TOOK_SAME, FIND_FREE, OUT_OF_ASIDS, FLUSHED, SET_ASID,
    CHECK_RESERVED, CHECK_CPU, FLUSH, FLUSH_CPU, FLUSH_RESERVED
};

struct cpu {
    /* hardware: whose table is loaded under which ASID */
    u8 mm_task, mm_asid;
    /* the allocator's per-CPU variables */
    u8 active, reserved, flush_pending;
    /* check_and_switch_context(task) */
    u8 at, task, asid, old_active;
    /* new_context(task): `nc_task`, ...; what it answered last */
    u8 nc_task, nc_asid, nc_new, nc_generation, nc_old, nc_answer;
    /* check_update_reserved_asid(asid, new): what it answered last */
    u8 cr_asid, cr_new, cr_cpu, cr_cpus, cr_answer;
    /* flush_context() */
    u8 fl_asid, fl_cpu, fl_cpus;
};
struct cpu cpu[CPUS];

/* who unmaps */
u8 unmap_task = NONE, unmap_asid = NONE;

/* ---- what must hold, asked where something is written that can break it ---- */

/* two entries of one CPU for different tasks have different ASIDs */
static void unique_asid_per_cpu(int t)
{
    for (int other = 1; other <= TASKS; other++)
        if (other != t) assert(!(tlb[t] & tlb[other]));
}

/* a task that is active on several CPUs has the same ASID on each, outside of context switches */
static void same_asid_active_task(int c)
{
    int o = 1 - c;
    assert(!(cpu[c].at == SCHEDULE && cpu[o].at == SCHEDULE && cpu[c].mm_task && cpu[c].mm_task == cpu[o].mm_task &&
             cpu[c].mm_asid != cpu[o].mm_asid));
}

/* once the entry of an active task is invalidated, nothing is cached for it under its ASID */
static void tlb_empty_after_invalidation(int t)
{
    int a = context_id[t] & 3;
    if (pte[t] == INVALIDATED && (cpu[0].mm_task == t || cpu[1].mm_task == t)) assert(!(tlb[t] & (0x11 << a)));
}

/* types: ASID 0 is never cached, indices and generations are in range. (The two invariants for TLBs shared by CPUs say nothing here.) */
static void a_type(int asid) { assert((asid >> 2) <= GENERATIONS); }

/* ---- the TLB ---- */

/* loads a task's table; from then on the CPU may cache the entry, so it does */
static void cpu_switch_mm(int c, int t, int asid)
{
    cpu[c].mm_task = t;
    cpu[c].mm_asid = asid;
    if (pte[t] == MAPPED) {
        assert((context_id[t] & 3) != 0);
        tlb[t] |= 1 << (c * ASIDS + (context_id[t] & 3));
        unique_asid_per_cpu(t);
    }
    tlb_empty_after_invalidation(t);
}

/* drops what this CPU caches but for the active task */
static void local_flush_tlb_all(int c)
{
    for (int t = 1; t <= TASKS; t++)
        if (t != cpu[c].mm_task) tlb[t] &= ~(0xf << c * ASIDS);
}

/* ---- new_context() ---- */

static int empty_slot(int from)
{
    int i = from;
    while (i < ASIDS && (asid_map >> i & 1)) i++;
    return i;
}

static void mark(int asid) { if (MARK) asid_map |= 1 << asid; }

static void return_from_new_context(int c)
{
    cpu[c].nc_task = 0;
    cpu[c].nc_asid = cpu[c].nc_new = cpu[c].nc_generation = cpu[c].nc_old = NONE;
    cpu[c].at = HAVE_CONTEXT;
}

/* the CPU itself first, so that no CPU is special */
static int next_cpu(int c, int cpus) { return (cpus >> c & 1) ? c : 1 - c; }

static void step_of_new_context(int c)
{
    int a, o;
    switch (cpu[c].at) {
    case NEW_CONTEXT:
        a = context_id[cpu[c].nc_task];
        cpu[c].nc_asid = a;
        cpu[c].nc_generation = generation;
        if (a) {
            cpu[c].nc_new = (a & 3) | generation << 2;
            cpu[c].cr_asid = a;
            cpu[c].cr_new = (a & 3) | generation << 2;
            cpu[c].at = CHECK_RESERVED;
        } else {
            cpu[c].at = FIND_FREE;
        }
        break;
    case CHECKED:
        if (cpu[c].cr_answer) {
            cpu[c].nc_answer = cpu[c].nc_new;
            return_from_new_context(c);
        } else {
            cpu[c].at = TAKE_SAME;
        }
        break;
    case TAKE_SAME:
        a = cpu[c].nc_asid & 3;
        o = asid_map >> a & 1;
        cpu[c].nc_old = o;
        mark(a);
        if (!o) cpu[c].nc_answer = cpu[c].nc_new;
        cpu[c].at = o ? FIND_FREE : TOOK_SAME;
        break;
    case TOOK_SAME:
        return_from_new_context(c);
        break;
    case FIND_FREE:
        a = empty_slot(cur_idx);
        if (a < ASIDS) cpu[c].nc_asid = (cpu[c].nc_asid & ~3) | a;
        cpu[c].at = a < ASIDS ? SET_ASID : OUT_OF_ASIDS;
        break;
    case OUT_OF_ASIDS:
        assume(generation < GENERATIONS); /* that generations come round is left out, as in the original */
        generation = generation + 1;
        cpu[c].nc_generation = generation;
        cpu[c].at = FLUSH;
        break;
    case FLUSHED:
        a = empty_slot(1);
        assert(a < ASIDS);
        cpu[c].nc_asid = (cpu[c].nc_asid & ~3) | a;
        cpu[c].at = SET_ASID;
        break;
    case SET_ASID:
        a = cpu[c].nc_asid & 3;
        mark(a);
        cur_idx = a;
        cpu[c].nc_answer = a | cpu[c].nc_generation << 2;
        return_from_new_context(c);
        break;
    }
}

/* check_update_reserved_asid() and flush_context() */
static void step_of_roll_over(int c)
{
    int o, a;
    switch (cpu[c].at) {
    case CHECK_RESERVED:
        cpu[c].cr_answer = 0;
        cpu[c].cr_cpus = EVERY_CPU;
        cpu[c].at = CHECK_CPU;
        break;
    case CHECK_CPU:
        if (cpu[c].cr_cpus) {
            o = next_cpu(c, cpu[c].cr_cpus);
            cpu[c].cr_cpu = o;
            if (cpu[o].reserved == cpu[c].cr_asid) {
                cpu[c].cr_answer = 1;
                cpu[o].reserved = cpu[c].cr_new;
            }
            cpu[c].cr_cpus &= ~(1 << o);
        } else {
            cpu[c].cr_cpu = cpu[c].cr_cpus = cpu[c].cr_asid = cpu[c].cr_new = NONE;
            cpu[c].at = CHECKED;
        }
        break;
    case FLUSH:
        asid_map = 0;
        cpu[c].fl_cpus = EVERY_CPU;
        cpu[c].at = FLUSH_CPU;
        break;
    case FLUSH_CPU:
        if (cpu[c].fl_cpus) {
            o = next_cpu(c, cpu[c].fl_cpus);
            cpu[c].fl_cpu = o;
            cpu[c].fl_asid = cpu[o].active;
            cpu[o].active = 0;
            cpu[c].at = FLUSH_RESERVED;
        } else {
            cpu[0].flush_pending = cpu[1].flush_pending = 1;
            cpu[c].fl_asid = cpu[c].fl_cpu = cpu[c].fl_cpus = NONE;
            cpu[c].at = FLUSHED;
        }
        break;
    case FLUSH_RESERVED:
        o = cpu[c].fl_cpu;
        a = cpu[c].fl_asid ? cpu[c].fl_asid : cpu[o].reserved;
        cpu[c].fl_asid = a;
        asid_map |= 1 << (a & 3);
        cpu[o].reserved = a;
        cpu[c].fl_cpus &= ~(1 << o);
        cpu[c].at = FLUSH_CPU;
        break;
    }
}

/* ---- check_and_switch_context(), and the scheduler that calls it ---- */

static void step_of_switch(int c)
{
    int t, a;
    switch (cpu[c].at) {
    case SCHEDULE:
        t = 1 + choose(TASKS);
        if (t != cpu[c].mm_task) {
            cpu[c].task = t;
            cpu[c].at = SWITCH;
        }
        break;
    case SWITCH:
        cpu[c].asid = context_id[cpu[c].task];
        cpu[c].old_active = cpu[c].active;
        cpu[c].at = COMPARE;
        break;
    case COMPARE:
        cpu[c].at = (cpu[c].old_active && (cpu[c].asid >> 2) == generation) ? EXCHANGE : SLOW_PATH;
        break;
    case EXCHANGE:
        if (cpu[c].active == cpu[c].old_active) cpu[c].active = cpu[c].asid;
        else cpu[c].old_active = cpu[c].active;
        cpu[c].at = ROLLED_OVER;
        break;
    case ROLLED_OVER:
        cpu[c].at = cpu[c].old_active ? FAST_PATH : SLOW_PATH;
        break;
    case SLOW_PATH:
        await(!LOCK || !lock);
        lock = 1;
        t = cpu[c].task;
        a = context_id[t];
        cpu[c].asid = a;
        if ((a >> 2) != generation) {
            cpu[c].nc_task = t;
            cpu[c].at = NEW_CONTEXT;
        } else {
            cpu[c].at = PENDING;
        }
        break;
    case HAVE_CONTEXT:
        t = cpu[c].task;
        a = cpu[c].nc_answer;
        a_type(a);
        cpu[c].asid = a;
        context_id[t] = a;
        tlb_empty_after_invalidation(t);
        cpu[c].at = PENDING;
        break;
    case PENDING:
        if (cpu[c].flush_pending) {
            cpu[c].flush_pending = 0;
            if (FLUSH_TLB) local_flush_tlb_all(c);
        }
        cpu[c].at = SET_ACTIVE;
        break;
    case SET_ACTIVE:
        cpu[c].active = cpu[c].asid;
        lock = 0;
        cpu[c].at = FAST_PATH;
        break;
    case FAST_PATH:
        t = cpu[c].task;
        a = cpu[c].asid & 3;
        cpu[c].task = 0;
        cpu[c].asid = cpu[c].old_active = NONE;
        cpu[c].at = SCHEDULE;
        cpu_switch_mm(c, t, a);
        same_asid_active_task(c);
        break;
    }
}

static void step_of(int c)
{
    int at = cpu[c].at;
    if (at <= FAST_PATH) step_of_switch(c);
    else if (at <= SET_ASID) step_of_new_context(c);
    else step_of_roll_over(c);
}

SETUP CPU(0) void nothing_in_scope(void)
{
    for (int c = 0; c < CPUS; c++) {
        cpu[c].asid = cpu[c].old_active = NONE;
        cpu[c].nc_asid = cpu[c].nc_new = cpu[c].nc_generation = cpu[c].nc_old = NONE;
        cpu[c].cr_asid = cpu[c].cr_new = cpu[c].cr_cpu = cpu[c].cr_cpus = NONE;
        cpu[c].fl_asid = cpu[c].fl_cpu = cpu[c].fl_cpus = NONE;
    }
}

DAEMON CPU(0) void cpu0(void) { for (;;) atomic { step_of(0); } }
DAEMON CPU(1) void cpu1(void) { for (;;) atomic { step_of(1); } }

/* Unmaps the page of any task, over and over. Nobody maps it again. */
DAEMON DEVICE("unmap") void unmap(void)
{
    for (;;) {
        atomic { unmap_task = 1 + choose(TASKS); }
        atomic { pte[unmap_task] = UNMAPPED; }
        atomic { unmap_asid = context_id[unmap_task] & 3; }
        atomic {
            for (int t = 1; t <= TASKS; t++)
                if (TLBI) tlb[t] &= ~(0x11 << unmap_asid);
        }
        atomic {
            int t = unmap_task;
            pte[t] = INVALIDATED;
            unmap_task = unmap_asid = NONE;
            tlb_empty_after_invalidation(t);
        }
    }
}

/* ---- symmetry: neither CPUs nor tasks are told apart ---- */

static void swap(u8 *a, u8 *b)
{
    u8 v = *a;
    *a = *b;
    *b = v;
}

static void swap_cpu_number(u8 *n) { if (*n != NONE) *n = 1 - *n; }
static void swap_cpu_set(u8 *s) { if (*s != NONE) *s = *s >> 1 | (*s & 1) << 1; }

static void swap_cpus(void)
{
    for (int c = 0; c < CPUS; c++) {
        swap_cpu_number(&cpu[c].cr_cpu);
        swap_cpu_set(&cpu[c].cr_cpus);
        swap_cpu_number(&cpu[c].fl_cpu);
        swap_cpu_set(&cpu[c].fl_cpus);
    }
    swap(&cpu[0].mm_task, &cpu[1].mm_task);
    swap(&cpu[0].mm_asid, &cpu[1].mm_asid);
    swap(&cpu[0].active, &cpu[1].active);
    swap(&cpu[0].reserved, &cpu[1].reserved);
    swap(&cpu[0].flush_pending, &cpu[1].flush_pending);
    swap(&cpu[0].at, &cpu[1].at);
    swap(&cpu[0].task, &cpu[1].task);
    swap(&cpu[0].asid, &cpu[1].asid);
    swap(&cpu[0].old_active, &cpu[1].old_active);
    swap(&cpu[0].nc_task, &cpu[1].nc_task);
    swap(&cpu[0].nc_asid, &cpu[1].nc_asid);
    swap(&cpu[0].nc_new, &cpu[1].nc_new);
    swap(&cpu[0].nc_generation, &cpu[1].nc_generation);
    swap(&cpu[0].nc_old, &cpu[1].nc_old);
    swap(&cpu[0].nc_answer, &cpu[1].nc_answer);
    swap(&cpu[0].cr_asid, &cpu[1].cr_asid);
    swap(&cpu[0].cr_new, &cpu[1].cr_new);
    swap(&cpu[0].cr_cpu, &cpu[1].cr_cpu);
    swap(&cpu[0].cr_cpus, &cpu[1].cr_cpus);
    swap(&cpu[0].cr_answer, &cpu[1].cr_answer);
    swap(&cpu[0].fl_asid, &cpu[1].fl_asid);
    swap(&cpu[0].fl_cpu, &cpu[1].fl_cpu);
    swap(&cpu[0].fl_cpus, &cpu[1].fl_cpus);
    for (int t = 1; t <= TASKS; t++) tlb[t] = tlb[t] >> ASIDS | tlb[t] << ASIDS;
}

/* all there is to know of a task: two tasks with the same number can change places and nothing changes */
static int about(int t)
{
    int n = pte[t] | context_id[t] << 2 | tlb[t] << 8 | (unmap_task == t) << 16;
    n |= (cpu[0].mm_task == t) << 17 | (cpu[0].task == t) << 18 | (cpu[0].nc_task == t) << 19;
    return n | (cpu[1].mm_task == t) << 20 | (cpu[1].task == t) << 21 | (cpu[1].nc_task == t) << 22;
}

static void rename(u8 *t, int a, int b)
{
    int v = *t;
    if (v == a) *t = b;
    if (v == b) *t = a;
}

static void swap_tasks(int a, int b)
{
    swap(&pte[a], &pte[b]);
    swap(&context_id[a], &context_id[b]);
    swap(&tlb[a], &tlb[b]);
    rename(&unmap_task, a, b);
    for (int c = 0; c < CPUS; c++) {
        rename(&cpu[c].mm_task, a, b);
        rename(&cpu[c].task, a, b);
        rename(&cpu[c].nc_task, a, b);
    }
}

/* Of a CPU, some of what does not depend on the names of CPUs and tasks. */
static u64 about_cpu(int c)
{
    u64 n = cpu[c].at | cpu[c].active << 8 | cpu[c].mm_asid << 16;
    return n | (u64)cpu[c].asid << 24 | (u64)cpu[c].old_active << 32 | (u64)cpu[c].nc_answer << 40;
}

/*
 * Image 0: the CPU that comes first by what is known about it stands first, and tasks stand in order. Where that does not tell the
 * CPUs apart, image 1 is the same with them changed over.
 */
bool canon(int image)
{
    atomic {
        u64 first = about_cpu(0), second = about_cpu(1);
        if (image || first > second) swap_cpus();
        int end = TASKS, swapped = 1;
        while (swapped) {
            swapped = 0;
            int here = about(1);
            for (int t = 1; t < end; t++) {
                int next = about(t + 1);
                if (here > next) {
                    swap_tasks(t, t + 1);
                    swapped = 1;
                } else {
                    here = next;
                }
            }
            end--;
        }
        return image == 0 && first == second;
    }
}
