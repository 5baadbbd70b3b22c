/*
 * The protocol of core/models/protocol.c for SPIN: one numbered item is one transition. N pages; S: the sequence counter; F: fork
 * flushes before it returns; CHECK: the checks are on. pte = 0 (none) or (frame + 1) << 1 | w. The first step sets up: a state and a
 * transition more than elsewhere.
 */
#define NF (2 * N + 1)
#define MK(f, w) (((f) + 1) << 1 | (w))
#define FRAME(p) (((p) >> 1) - 1)
#define W(p) ((p) & 1)
#if CHECK
#define MUST(x) assert(x)
#else
#define MUST(x) skip
#endif
#define COUNTS(f) MUST(ref[f] >= map[f] + pin[f])
#define LOCK(l) (l == 0) -> l = 1
#define ALLOC(g) g = 0; do :: g < NF && ref[g] != 0 -> g++ :: else -> break od; assert(g < NF); ref[g] = 1; map[g] = 1
#define PUT_MAP(f) MUST(map[f] > 0); map[f]--
#define PUT_REF(f) MUST(ref[f] > 0); ref[f]--; COUNTS(f)

byte pp[N], cp[N], tlb[N];
byte ref[NF], map[NF], pin[NF], data[NF];
byte seq, ipi;
bit mmap_lock, ptlp, ptlc, started, mask, ready;

active proctype cpu0()
{
	byte i, f, g, d;
A0:	d_step {
		do :: i < N -> pp[i] = MK(i, 1); tlb[i] = MK(i, 1); ref[i] = 1; map[i] = 1; data[i] = 1; i++ :: else -> break od;
		i = 0; ready = 1
	}
A1:	atomic { LOCK(mmap_lock) }
#if S
A2:	atomic { seq++ }
#endif
A3:	atomic { LOCK(ptlp) }
A4:	atomic { f = FRAME(pp[i]) }
A5:	atomic { if :: pin[f] > 0 -> goto A6 :: else -> goto A10 fi }
A6:	atomic { ALLOC(g) }
A7:	atomic { d = data[f]; f = 0 }
A8:	atomic { data[g] = d; d = 0 }
A9:	atomic { cp[i] = MK(g, 1); g = 0; goto A14 }
A10:	atomic { pp[i] = MK(f, 0) }
A11:	atomic { ref[f]++ }
A12:	atomic { map[f]++; COUNTS(f) }
A13:	atomic { cp[i] = MK(f, 0); f = 0 }
A14:	atomic { ptlp = 0; if :: i < N - 1 -> i++; goto A3 :: else -> i = 0 fi }
#if F
A15:	atomic { ipi = 1 }
A16:	atomic { ipi == 0 }
#endif
#if S
A17:	atomic { seq++ }
#endif
A18:	atomic { mmap_lock = 0 }
A19:	atomic { started = 1 }
A20:	atomic { if :: W(pp[0]) -> f = FRAME(pp[0]); goto A34 :: else fi }
A21:	atomic { LOCK(ptlp) }
A22:	atomic { if :: W(pp[0]) -> goto A33 :: else -> f = FRAME(pp[0]) fi }
A23:	atomic { if :: ref[f] == 1 -> goto A24 :: else -> goto A25 fi }
A24:	atomic { pp[0] = MK(f, 1); f = 0; goto A33 }
A25:	atomic { ALLOC(g) }
A26:	atomic { d = data[f] }
A27:	atomic { data[g] = d; d = 0 }
A28:	atomic { pp[0] = MK(g, 1); g = 0 }
A29:	atomic { PUT_MAP(f) }
A30:	atomic { PUT_REF(f); f = 0 }
A31:	atomic { ipi = 2 }
A32:	atomic { ipi == 0 }
A33:	atomic { ptlp = 0; goto A20 }
A34:	atomic { MUST(data[f] != 3); f = 0 }
end_A:	false
}

active proctype cpu1()
{
	byte i, s, f, g, d, v;
B1:	atomic { ready; mask = 1 }
#if S
B2:	atomic { if :: seq & 1 -> goto B9 :: else -> s = seq fi }
#endif
B3:	atomic { if :: W(pp[i]) -> f = FRAME(pp[i]) :: else -> s = 0; goto B9 fi }
B4:	atomic { if :: ref[f] == 0 -> f = 0; s = 0; goto B9 :: else -> pin[f]++; ref[f]++ fi }
B5:	atomic { if :: pp[i] == MK(f, 1) :: else -> s = 0; goto B7 fi }
#if S
B6:	atomic { if :: seq == s -> s = 0; goto B8 :: else -> s = 0; goto B7 fi }
#else
	goto B8;
#endif
B7:	atomic { MUST(pin[f] > 0 && ref[f] > 0); pin[f]--; ref[f]--; COUNTS(f); f = 0; goto B9 }
B8:	atomic { mask = 0; goto B25 }
B9:	atomic { mask = 0 }
B10:	atomic { LOCK(mmap_lock) }
B11:	atomic { LOCK(ptlp) }
B12:	atomic { f = FRAME(pp[i]); if :: W(pp[i]) -> goto B22 :: else -> skip fi }
B13:	atomic { if :: ref[f] == 1 -> goto B14 :: else -> goto B15 fi }
B14:	atomic { pp[i] = MK(f, 1); goto B22 }
B15:	atomic { ALLOC(g) }
B16:	atomic { d = data[f] }
B17:	atomic { data[g] = d; d = 0 }
B18:	atomic { pp[i] = MK(g, 1) }
B19:	atomic { PUT_MAP(f) }
B20:	atomic { PUT_REF(f); f = g; g = 0 }
B21:	atomic { tlb[i] = 0 }
B22:	atomic { pin[f]++; ref[f]++ }
B23:	atomic { ptlp = 0 }
B24:	atomic { mmap_lock = 0 }
B25:	atomic { data[f] = 2 }
B26:	atomic {
		if
		:: tlb[i] != 0 -> MUST(data[FRAME(tlb[i])] != 3); MUST(data[FRAME(tlb[i])] == 2); goto B29
		:: tlb[i] == 0 && pp[i] != 0 -> v = pp[i]; mask = 1
		fi
	}
B27:	atomic { tlb[i] = v; v = 0 }
B28:	atomic { MUST(data[FRAME(tlb[i])] != 3); MUST(data[FRAME(tlb[i])] == 2); mask = 0 }
B29:	atomic {
		MUST(pin[f] > 0 && ref[f] > 0); pin[f]--; ref[f]--; COUNTS(f); f = 0;
		if :: i < N - 1 -> i++; goto B1 :: else -> i = 0 fi
	}
end_B:	false
}

active proctype handler()
{
	byte j;
end_H:	atomic {
		ipi != 0 && mask == 0;
		if
		:: ipi == 1 -> do :: j < N -> tlb[j] = 0; j++ :: else -> break od; j = 0
		:: else -> tlb[0] = 0
		fi;
		ipi = 0;
		goto end_H
	}
}

active proctype cpu2()
{
	byte i, f, g, d;
C1:	atomic { started == 1 }
C2:	atomic { f = FRAME(cp[i]) }
C3:	atomic { MUST(data[f] == 1 || data[f] == 2); f = 0 }
C4:	atomic { if :: W(cp[i]) -> f = FRAME(cp[i]); goto C16 :: else fi }
C5:	atomic { LOCK(ptlc) }
C6:	atomic { if :: W(cp[i]) -> goto C15 :: else -> f = FRAME(cp[i]) fi }
C7:	atomic { if :: ref[f] == 1 -> goto C8 :: else -> goto C9 fi }
C8:	atomic { cp[i] = MK(f, 1); f = 0; goto C15 }
C9:	atomic { ALLOC(g) }
C10:	atomic { d = data[f] }
C11:	atomic { data[g] = d; d = 0 }
C12:	atomic { cp[i] = MK(g, 1); g = 0 }
C13:	atomic { PUT_MAP(f) }
C14:	atomic { PUT_REF(f); f = 0 }
C15:	atomic { ptlc = 0; goto C4 }
C16:	atomic { data[f] = 3 }
C17:	atomic { cp[i] = 0 }
C18:	atomic { PUT_MAP(f) }
C19:	atomic { PUT_REF(f); f = 0; if :: i < N - 1 -> i++; goto C2 :: else -> i = 0 fi }
end_C:	false
}
