/*
 * P(n, variant): fork against fast-GUP against COW as a benchmark of fixed steps, so that explorers can be compared on the
 * same work. pte = 0 (none) or (frame + 1) << 1 | w. N pages; S: the sequence counter; F: fork flushes before it returns;
 * CHECK: the checks are on; KERNCOW: COW clears and flushes the entry before it sets the new one.
 */
enum { NF = 2 * N + 1 };
u8 pp[N], cp[N], tlb[N];
u8 ref[NF], map[NF], pin[NF];
u8 data[NF], seq, ipi;
u8 mmap_lock, ptlp, ptlc, started, mask;

static u8 mk(int f, int w) { return (f + 1) << 1 | w; }
static int frame(u8 p) { return (p >> 1) - 1; }
static void counts(int f) { if (CHECK) assert(ref[f] >= map[f] + pin[f]); }
static void coherent(int f) { if (CHECK) { assert(data[f] != 3); assert(data[f] == 2); } }
static void put_map(int f) { atomic { if (CHECK) assert(map[f] > 0); map[f]--; } }
static void put_ref(int f) { atomic { if (CHECK) assert(ref[f] > 0); ref[f]--; counts(f); } }
static void lock(u8 *l) { atomic { await(*l == 0); *l = 1; } }
static int alloc(void)
{
    int g = 0;
    atomic {
        while (ref[g]) { g++; assert(g < NF); }
        ref[g] = 1;
        map[g] = 1;
    }
    return g;
}

SETUP CPU(0) void setup(void)
{
    for (int i = 0; i < N; i++) {
        pp[i] = tlb[i] = mk(i, 1);
        ref[i] = map[i] = data[i] = 1;
    }
}

CPU(0) void cpu0(void)
{
    lock(&mmap_lock);
    if (S) atomic { seq++; }
    for (int i = 0; i < N; i++) {
        lock(&ptlp);
        int f = frame(pp[i]);
        if (pin[f]) {
            int g = alloc();
            data[g] = data[f];
            cp[i] = mk(g, 1);
        } else {
            pp[i] = mk(f, 0);
            atomic { ref[f]++; }
            atomic { map[f]++; counts(f); }
            cp[i] = mk(f, 0);
        }
        ptlp = 0;
    }
    if (F) {
        ipi = 1;
        await(ipi == 0);
    }
    if (S) atomic { seq++; }
    mmap_lock = 0;
    started = 1;

    int p;
    while (!((p = pp[0]) & 1)) {
        lock(&ptlp);
        p = pp[0];
        if (!(p & 1)) {
            int f = frame(p);
            if (ref[f] == 1) {
                pp[0] = mk(f, 1);
            } else {
                int g = alloc();
                data[g] = data[f];
                if (KERNCOW) {
                    pp[0] = 0;
                    ipi = 2;
                    await(ipi == 0);
                }
                pp[0] = mk(g, 1);
                put_map(f);
                put_ref(f);
                if (!KERNCOW) {
                    ipi = 2;
                    await(ipi == 0);
                }
            }
        }
        ptlp = 0;
    }
    int f = frame(p);
    atomic { if (CHECK) assert(data[f] != 3); data[f] = data[f]; }
}

CPU(1) void cpu1(void)
{
    for (int i = 0; i < N; i++) {
        int f, g, p, s, got;
        mask = 1;
        if (S) {
            s = seq;
            if (s & 1) goto slow;
        }
        p = pp[i];
        if (!(p & 1)) goto slow;
        f = frame(p);
        atomic { got = ref[f]; if (got) { pin[f]++; ref[f]++; } }
        if (!got) goto slow;
        if (pp[i] != mk(f, 1)) goto undo;
        if (S && seq != s) goto undo;
        mask = 0;
        goto pinned;
undo:
        atomic { if (CHECK) assert(pin[f] > 0 && ref[f] > 0); pin[f]--; ref[f]--; counts(f); }
slow:
        mask = 0;
        lock(&mmap_lock);
        lock(&ptlp);
        p = pp[i];
        f = frame(p);
        if (!(p & 1)) {
            if (ref[f] == 1) {
                pp[i] = mk(f, 1);
            } else {
                g = alloc();
                data[g] = data[f];
                if (KERNCOW) {
                    pp[i] = 0;
                    tlb[i] = 0;
                }
                pp[i] = mk(g, 1);
                put_map(f);
                put_ref(f);
                f = g;
                if (!KERNCOW) tlb[i] = 0;
            }
        }
        atomic { pin[f]++; ref[f]++; }
        ptlp = 0;
        mmap_lock = 0;
pinned:
        data[f] = 2;
        atomic {
            if (tlb[i]) { coherent(frame(tlb[i])); goto loaded; }
            await(pp[i]);
            p = pp[i];
            mask = 1;
        }
        tlb[i] = p;
        atomic { coherent(frame(tlb[i])); mask = 0; }
loaded:
        atomic { if (CHECK) assert(pin[f] > 0 && ref[f] > 0); pin[f]--; ref[f]--; counts(f); }
    }
}

DAEMON DEVICE("CPU 1: IPI") void ipi1(void)
{
    for (;;) atomic {
        await(ipi && !mask);
        if (ipi == 1) { for (int j = 0; j < N; j++) tlb[j] = 0; }
        else tlb[0] = 0;
        ipi = 0;
    }
}

CPU(2) void cpu2(void)
{
    await(started);
    for (int i = 0; i < N; i++) {
        int f = frame(cp[i]), d, p;
        d = data[f];
        if (CHECK) assert(d == 1 || d == 2);
        while (!((p = cp[i]) & 1)) {
            lock(&ptlc);
            p = cp[i];
            if (!(p & 1)) {
                f = frame(p);
                if (ref[f] == 1) {
                    cp[i] = mk(f, 1);
                } else {
                    int g = alloc();
                    data[g] = data[f];
                    cp[i] = mk(g, 1);
                    put_map(f);
                    put_ref(f);
                }
            }
            ptlc = 0;
        }
        f = frame(p);
        data[f] = 3;
        cp[i] = 0;
        put_map(f);
        put_ref(f);
    }
}
